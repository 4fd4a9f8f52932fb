using System.Text.Json;
using ServerlessGateway.LocalCloud;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>What the parts of the stack counted: the emulators' meters and the table store's access log.</summary>
/// <param name="Envelopes">Messages sent to the queue <c>ingress</c>.</param>
/// <param name="TableTransactions">Entity group transactions.</param>
/// <param name="Callbacks">Calls of Web PubSub to the gateway.</param>
internal sealed record StackMeter(long Envelopes, long TableTransactions, long Callbacks)
{
    public StackMeter Since(StackMeter earlier) => new(
        Envelopes - earlier.Envelopes, TableTransactions - earlier.TableTransactions, Callbacks - earlier.Callbacks);

    public static async Task<StackMeter> ReadAsync(Stack stack, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var serviceBus = await MeterAsync(stack.ServiceBus.Ready.Values["http"]);
        var envelopes = EnvelopesOf(serviceBus.RootElement);
        long callbacks = 0;
        foreach (var instance in stack.Instances.Values)
        {
            using var meter = await MeterAsync(instance.Ready.Values["endpoint"]);
            callbacks += CallbacksOf(meter.RootElement);
        }

        return new StackMeter(envelopes, stack.TableTransactions, callbacks);

        async Task<JsonDocument> MeterAsync(string endpoint) =>
            JsonDocument.Parse(await http.GetStringAsync(new Uri(new Uri(endpoint), "/meter"), cancellationToken));
    }

    private static long EnvelopesOf(JsonElement meter) => meter.GetProperty("entities").EnumerateArray()
        .Where(entity => entity.GetProperty("address").ValueEquals("ingress"))
        .Sum(entity => entity.GetProperty("messagesSent").GetInt64());

    private static long CallbacksOf(JsonElement meter) => meter.GetProperty("callbacks").ValueKind == JsonValueKind.Number
        ? meter.GetProperty("callbacks").GetInt64()
        : meter.GetProperty("callbacks").EnumerateObject().Sum(kind => kind.Value.GetInt64());
}

// The README shows the lines between the marks; a test compares them.
using ServerlessGateway.Client;

namespace ServerlessGateway.Unit.Tests.Readme;

internal static class ClientExample
{
    public static async Task RunAsync(string token, CancellationToken cancellationToken)
    {
        // <readme>
        await using var client = new GatewayClient(new GatewayClientOptions
        {
            Endpoint = new Uri("http://127.0.0.1:7071"),
            GetToken = _ => ValueTask.FromResult(token),
        });
        await client.ConnectAsync(cancellationToken);
        await client.PublishAsync("orders:1", new { item = "crème brûlée", quantity = 2 }, cancellationToken);
        await foreach (var item in client.SubscribeAsync("orders:1", StartFrom.Beginning, cancellationToken))
        {
            Console.WriteLine(item is ChannelMessage message ? $"{message.Position} {message.Data}" : item);
        }

        // </readme>
    }
}

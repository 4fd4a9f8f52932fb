using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>
/// What the client makes of a namespace that is throttled, slow, or takes locks away, seen from outside: the same on the
/// official package and on its stand-in.
/// </summary>
public sealed class FaultyNamespaceTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync();

    public async Task DisposeAsync() => await _namespace.DisposeAsync();

    [Fact]
    public async Task After_one_busy_answer_a_sender_without_retries_does_not_even_ask_but_a_new_one_does()
    {
        var client = _namespace.Client(Short, maxRetries: 0);
        var (sender, other) = (client.CreateSender(ServiceBusNamespace.Queue), client.CreateSender(ServiceBusNamespace.Queue));
        await PutFaultAsync("""{"kind":"serverBusy","target":{"operation":"send"},"count":9}""");

        var told = await FailureAsync(() => sender.SendMessageAsync(new ServiceBusMessage("1")));
        var asleep = await FailureAsync(() => sender.SendMessageAsync(new ServiceBusMessage("2")));
        var asked = await FaultAsync();
        await PutFaultAsync("""{"kind":"serverBusy","target":{"entity":"nowhere"}}""");
        await other.SendMessageAsync(new ServiceBusMessage("3"));

        Assert.Equal((ServiceBusFailureReason.ServiceBusy, true), (told.Reason, told.IsTransient));
        Assert.Equal(ServiceBusFailureReason.ServiceBusy, asleep.Reason);
        // The second send never reached the broker.
        Assert.Equal((1, 1), asked);
        Assert.Equal("3", (await client.CreateReceiver(ServiceBusNamespace.Queue).PeekMessageAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_send_whose_answer_is_lost_is_unknown_and_a_retry_doubles_it()
    {
        await PutFaultAsync("""{"kind":"loseSendAnswer","count":2}""");
        var sender = _namespace.Client(Short, maxRetries: 0).CreateSender(ServiceBusNamespace.Queue);
        var stubborn = _namespace.Client(Short, maxRetries: 1).CreateSender(ServiceBusNamespace.Queue);

        var unknown = await FailureAsync(() => sender.SendMessageAsync(new ServiceBusMessage("once")));
        await stubborn.SendMessageAsync(new ServiceBusMessage("twice"));
        var stored = await _namespace.Client().CreateReceiver(ServiceBusNamespace.Queue).PeekMessagesAsync(10);

        Assert.Equal((ServiceBusFailureReason.ServiceTimeout, true), (unknown.Reason, unknown.IsTransient));
        Assert.Equal(["once", "twice", "twice"], stored.Select(message => message.Body.ToString()));
    }

    [Fact]
    public async Task A_message_whose_lock_was_taken_away_cannot_be_settled()
    {
        var client = _namespace.Client();
        await client.CreateSender(ServiceBusNamespace.Queue).SendMessageAsync(new ServiceBusMessage("lost"));
        var receiver = client.CreateReceiver(ServiceBusNamespace.Queue);
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        await PutFaultAsync("""{"kind":"expireLock","target":{"entity":"orders"}}""");
        var failure = await FailureAsync(() => receiver.CompleteMessageAsync(message));

        Assert.Equal((ServiceBusFailureReason.MessageLockLost, false), (failure.Reason, failure.IsTransient));
        Assert.Equal(2, (await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang)).DeliveryCount);
    }

    [Fact]
    public async Task A_session_whose_lock_was_taken_away_is_lost_in_every_use()
    {
        var client = _namespace.Client();
        await client.CreateSender(ServiceBusNamespace.SessionQueue).SendMessageAsync(new ServiceBusMessage("lost") { SessionId = "s" });
        var receiver = await client.AcceptSessionAsync(ServiceBusNamespace.SessionQueue, "s");
        var message = await receiver.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        await PutFaultAsync("""{"kind":"expireLock","target":{"entity":"ingress"}}""");
        var settled = await FailureAsync(() => receiver.CompleteMessageAsync(message));
        var renewed = await FailureAsync(() => receiver.RenewSessionLockAsync());

        Assert.Equal(
            (ServiceBusFailureReason.SessionLockLost, ServiceBusFailureReason.SessionLockLost), (settled.Reason, renewed.Reason));
    }

    private static async Task<ServiceBusException> FailureAsync(Func<Task> act) => await Assert.ThrowsAsync<ServiceBusException>(act);

    private async Task PutFaultAsync(string rule)
    {
        using var http = new HttpClient();
        using var response = await http.PutAsJsonAsync(new Uri(_namespace.Host.HttpUri, "/faults"), JsonNode.Parse(rule));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>How often the rule was considered, and how often it struck.</summary>
    private async Task<(int Considered, int Applied)> FaultAsync()
    {
        using var http = new HttpClient();
        var rule = (await http.GetFromJsonAsync<JsonObject>(new Uri(_namespace.Host.HttpUri, "/faults")))!["rules"]![0]!;
        return (rule["considered"]!.GetValue<int>(), rule["applied"]!.GetValue<int>());
    }
}

using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>
/// An instance for tests of reliable clients. Its clock stands still unless a test moves it, so no recovery window ends by
/// itself, and the handler hears of disconnected connections and of events, but not of new ones.
/// </summary>
public abstract class ReliableFixture : IAsyncLifetime
{
    private protected static readonly string[] AllRoles = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

    private protected FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    private protected TestInstance Instance { get; private set; } = null!;

    private protected TestHandler Handler { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Handler = await TestHandler.StartAsync();
        Instance = await TestInstance.StartAsync(
            Handler.Config("disconnected"),
            options => options with
            {
                Time = Time,
                Limits = options.Limits with { MaxUnacknowledgedMessages = 5 },
            });
    }

    public async Task DisposeAsync()
    {
        await Instance.DisposeAsync();
        await Handler.DisposeAsync();
    }

    private protected static async Task<List<(ulong Id, string Data)>> MessagesAsync(TestClient client, int count)
    {
        var messages = new List<(ulong Id, string Data)>();
        while (messages.Count < count)
        {
            JsonObject message = await client.ReceiveAsync();
            messages.Add((message["sequenceId"]!.GetValue<ulong>(), message["data"]!.GetValue<string>()));
        }

        return messages;
    }

    private protected Task<TestClient> ConnectAsync(string userId, string[]? groups = null) =>
        Instance.ConnectAsync(userId, AllRoles, groups, TestClient.ReliableJson);

    // The client hangs up without a close frame; the cut is over when the service has seen it.
    private protected async Task LoseSocketAsync(TestClient client)
    {
        var connection = Instance.Host.Hubs.All.Single(hub => hub.Name.Value == TestInstance.Hub).Find(client.ConnectionId)!;
        await Instance.PutFaultAsync(
            $$$"""{"kind":"dropConnection","target":{"connection":"{{{client.ConnectionId}}}"}}""");
        await client.BrokenAsync();
        Assert.False(connection.IsOnline);
    }

    private protected string RecoveryUrl(string connectionId, string token, string path = "/client/hubs/chat") => Instance.ClientUrl(
        path: path, extra: $"?awps_connection_id={connectionId}&awps_reconnection_token={token}");

    private protected Task<TestClient> RecoverAsync(TestClient client) => TestClient.ConnectAsync(
        RecoveryUrl(client.ConnectionId, client.ReconnectionToken), TestClient.ReliableJson);

    private protected Task AssertNotRecoverableAsync(TestClient client) =>
        AssertRefusedAsync(client.ConnectionId, client.ReconnectionToken);

    private protected async Task AssertRefusedAsync(
        string connectionId, string token, string path = "/client/hubs/chat", string subprotocol = TestClient.ReliableJson)
    {
        await using var refused = await TestClient.OpenAsync(RecoveryUrl(connectionId, token, path), subprotocol);

        Assert.Equal(subprotocol, refused.Socket.SubProtocol);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, (await refused.ClosedAsync()).Status);
    }
}

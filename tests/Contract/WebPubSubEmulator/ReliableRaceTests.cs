using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>
/// Many reliable clients at once that lose and leave their sockets in the middle of a stream of messages: the places where
/// sender, old socket and new socket meet are only found by running them against each other.
/// </summary>
public sealed class ReliableRaceTests
{
    private const int Messages = 1200;
    private const int Clients = 6;

    [Fact]
    [Feature("Reliable clients", "Recovery: groups are kept, unacknowledged messages come again, in order")]
    public async Task Clients_that_come_and_go_get_every_message_once_and_in_order()
    {
        await using var instance = await TestInstance.StartAsync(
            change: options => options with { Limits = options.Limits with { MaxUnacknowledgedMessages = 2 * Messages } });
        await using var sender = await instance.ConnectAsync("sender", ["webpubsub.sendToGroup"]);
        var restless = new List<RestlessClient>();
        for (var seed = 0; seed < Clients; seed++) restless.Add(await RestlessClient.StartAsync(instance, seed));

        var reading = restless.Select(client => client.ReadAsync(Messages)).ToList();
        for (var n = 1; n <= Messages; n++)
        {
            var ack = await sender.AskAsync($$"""{"type":"sendToGroup","group":"g","data":{{n}},"ackId":{{n}}}""");
            Assert.True(ack["success"]!.GetValue<bool>());
        }

        var moves = await Task.WhenAll(reading);
        Assert.All(moves, count => Assert.True(count > 3, $"Only {count} sockets were given up."));
        Assert.Equal(Clients + 1, instance.Host.Hubs.ConnectionCount);
        foreach (var client in restless) await client.DisposeAsync();
    }

    private sealed class RestlessClient(TestInstance instance, TestClient first, Random random) : IAsyncDisposable
    {
        private readonly List<TestClient> _sockets = [first];
        private ulong _received;

        public static async Task<RestlessClient> StartAsync(TestInstance instance, int seed) => new(
            instance,
            await instance.ConnectAsync($"user{seed}", null, ["g"], TestClient.ReliableJson),
            new Random(seed));

        /// <summary>Reads until all messages are there; returns how often the socket was changed.</summary>
        public async Task<int> ReadAsync(int total)
        {
            while (_received < (ulong)total)
            {
                var frames = random.Next(1, 200);
                for (var i = 0; i < frames && _received < (ulong)total; i++) await ReadOneAsync();
                await MoveAsync();
            }

            return _sockets.Count - 1;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var socket in _sockets) await socket.DisposeAsync();
        }

        private async Task ReadOneAsync()
        {
            var message = await _sockets[^1].ReceiveAsync();
            var id = message["sequenceId"]!.GetValue<ulong>();
            Assert.Equal(id, message["data"]!.GetValue<ulong>());
            if (id <= _received) return;
            Assert.Equal(_received + 1, id);
            _received = id;
            if (random.Next(10) == 0) await _sockets[^1].SendAsync($$"""{"type":"sequenceAck","sequenceId":{{id}}}""");
        }

        // Half of the time the old socket is given up first; otherwise it still looks open to the service.
        private async Task MoveAsync()
        {
            var old = _sockets[^1];
            if (random.Next(2) == 0) old.Socket.Abort();
            var next = await TestClient.ConnectAsync(
                instance.ClientUrl(
                    extra: $"?awps_connection_id={old.ConnectionId}&awps_reconnection_token={old.ReconnectionToken}"),
                TestClient.ReliableJson);
            Assert.Equal(old.ConnectionId, next.ConnectionId);
            old.Socket.Abort();
            _sockets.Add(next);
        }
    }
}

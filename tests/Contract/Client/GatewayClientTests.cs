using System.Text;
using ServerlessGateway.Client;

namespace ServerlessGateway.Contract.Tests.Client;

/// <summary>The client's shell over real sockets; what its core decides is tested without any.</summary>
public sealed class GatewayClientTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_is_published_is_handed_on_byte_for_byte_with_its_place()
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options());
        const string Payload = """{ "b": 1.0, "a": "ü\u0041😀" }""";

        await client.ConnectAsync().WaitAsync(Guard);
        var result = await client.PublishJsonAsync("orders:1", Encoding.UTF8.GetBytes($" {Payload}\n")).WaitAsync(Guard);
        var message = await FirstAsync(client.SubscribeAsync("orders:1", StartFrom.Beginning));

        Assert.Equal(PublishOutcome.Accepted, result.Outcome);
        Assert.Equal(Payload, Encoding.UTF8.GetString(message.Payload.Span));
        Assert.Equal((result.Publisher, result.Number, 1), (message.Publisher, message.Number, message.Offset));
        Assert.Equal("üA😀", message.Data.GetProperty("a").GetString());
        Assert.Equal("alpha", client.Instance);
    }

    [Fact]
    public async Task A_cut_socket_costs_nothing_and_the_outage_is_told()
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options());
        var resumed = new TaskCompletionSource<SessionResumed>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Resumed += (_, args) => resumed.TrySetResult(args);
        var offsets = new List<long>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscription = client.Subscribe("a", (item, _) =>
        {
            offsets.Add(item.Position.Offset);
            if (offsets.Count == 30)
            {
                done.TrySetResult();
            }

            return ValueTask.CompletedTask;
        });
        await subscription.Opened.WaitAsync(Guard);

        for (var number = 1; number <= 30; number++)
        {
            if (number == 15)
            {
                gateway.Cut();
            }

            await gateway.AppendAsync("a", number);
        }

        await done.Task.WaitAsync(Guard);
        var outage = await resumed.Task.WaitAsync(Guard);
        Assert.Equal(Enumerable.Range(1, 30).Select(offset => (long)offset), offsets);
        Assert.Equal((1, "alpha"), (outage.Channels, outage.Instance));
        Assert.True(outage.Duration > TimeSpan.Zero);
    }

    [Fact]
    public async Task Anchor_5_Publications_made_while_the_socket_is_replaced_all_arrive_in_order()
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options());
        await client.ConnectAsync().WaitAsync(Guard);

        var results = new List<Task<PublishResult>>();
        for (var at = 0; at < 200; at++)
        {
            if (at % 50 == 25)
            {
                gateway.Cut();
            }

            results.Add(client.PublishAsync("a", at));
        }

        Assert.All(await Task.WhenAll(results).WaitAsync(Guard), result => Assert.True(result.IsAccepted));
        var read = new List<int>();
        await foreach (var message in client.SubscribeAsync("a", StartFrom.Beginning).MessagesOnly())
        {
            read.Add(message.DataAs<int>());
            if (read.Count == 200)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(0, 200), read);
    }

    [Fact]
    public async Task Another_client_object_goes_on_behind_what_was_processed_on_another_instance()
    {
        await using var gateway = await SocketGateway.StartAsync();
        await gateway.AppendAsync("a", 1);
        await gateway.AppendAsync("a", 2);
        StoredSession stored;
        await using (var first = new GatewayClient(gateway.Options()))
        {
            var subscription = await first.OpenAsync("a", StartFrom.Beginning).WaitAsync(Guard);
            await using var items = subscription.GetAsyncEnumerator();
            await items.MoveNextAsync().AsTask().WaitAsync(Guard);
            await items.MoveNextAsync().AsTask().WaitAsync(Guard);
            await first.CloseAsync().WaitAsync(Guard);
            stored = first.StoredSession!;
        }

        await using var second = new GatewayClient(gateway.Options() with { Continue = stored, AvoidInstances = ["alpha"] });
        var message = await FirstAsync(second.SubscribeAsync("a"));

        // The second was in hand when the first client closed, so it comes again.
        Assert.Equal((1, 2), (stored.Positions["a"].Offset, message.Offset));
        Assert.Equal((stored.Session, "beta"), (second.SessionId, second.Instance));
    }

    [Fact]
    public async Task A_token_that_is_refused_ends_the_client_with_the_gateways_code()
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options("bad"));

        var error = await Assert.ThrowsAsync<GatewayException>(() => client.ConnectAsync().WaitAsync(Guard));
        Assert.Equal((3002, false), (error.Code, error.IsTransient));
        Assert.Equal(3, gateway.Negotiations.Count);
        var late = await Assert.ThrowsAsync<GatewayException>(() => client.PublishAsync("a", 1).WaitAsync(Guard));
        Assert.Equal(3002, late.Code);
    }

    [Fact]
    public async Task Nobody_there_is_reported_when_the_time_to_connect_is_over()
    {
        var gateway = await SocketGateway.StartAsync();
        var options = gateway.Options() with { ConnectTimeout = TimeSpan.FromSeconds(1) };
        await gateway.DisposeAsync();
        await using var client = new GatewayClient(options);

        var error = await Assert.ThrowsAsync<GatewayException>(() => client.ConnectAsync().WaitAsync(Guard));
        Assert.Equal(5004, error.Code);
        Assert.Equal(ConnectionState.Closed, client.State);
    }

    [Fact]
    public async Task A_publication_that_was_never_sent_is_taken_back_by_cancelling()
    {
        var gateway = await SocketGateway.StartAsync();
        var options = gateway.Options();
        await gateway.DisposeAsync();
        await using var client = new GatewayClient(options with { CloseTimeout = TimeSpan.Zero });
        using var cancel = new CancellationTokenSource();

        var publication = client.PublishAsync("a", 1, cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publication.WaitAsync(Guard));
        await client.CloseAsync().WaitAsync(Guard);
        Assert.Equal(0, client.Statistics.Refused);
    }

    [Theory]
    [InlineData("$x", 4003)]
    [InlineData("a b", 4003)]
    public async Task A_name_that_is_none_is_refused_before_anything_is_sent(string channel, int code)
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options());

        var error = await Assert.ThrowsAsync<GatewayException>(() => client.PublishAsync(channel, 1));
        Assert.Equal((code, channel), (error.Code, error.Error.Value));
        Assert.Empty(gateway.Negotiations);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("1 2")]
    public async Task A_payload_that_is_no_JSON_value_is_refused_before_anything_is_sent(string json)
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options());

        var error = await Assert.ThrowsAsync<GatewayException>(() => client.PublishJsonAsync("a", Encoding.UTF8.GetBytes(json)));
        Assert.Equal(4001, error.Code);
    }

    [Fact]
    public void Settings_out_of_range_are_named_with_value_and_range()
    {
        var options = new GatewayClientOptions
        {
            Endpoint = new Uri("http://localhost"),
            GetToken = _ => ValueTask.FromResult(string.Empty),
            DeadAfter = TimeSpan.FromSeconds(30),
        };

        var error = Assert.Throws<ArgumentException>(() => new GatewayClient(options));
        Assert.StartsWith("DeadAfter is 00:00:30; it must be from 00:00:40 to 00:10:00.", error.Message, StringComparison.Ordinal);
    }

    private static async Task<ChannelMessage> FirstAsync(IAsyncEnumerable<ChannelItem> items)
    {
        using var guard = new CancellationTokenSource(Guard);
        await foreach (var message in items.MessagesOnly(guard.Token))
        {
            return message;
        }

        throw new InvalidOperationException("The subscription ended without a message.");
    }
}

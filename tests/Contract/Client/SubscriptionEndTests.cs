using ServerlessGateway.Client;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Contract.Tests.Client;

/// <summary>How subscriptions end over real sockets, and what becomes of their positions.</summary>
public sealed class SubscriptionEndTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_handler_that_fails_ends_its_subscription_before_that_message()
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options());
        await gateway.AppendAsync("a", 1);
        await gateway.AppendAsync("a", 2);
        Position? before = null;
        var subscription = client.Subscribe(
            "a",
            (item, _) =>
            {
                before = client.PositionOf("a");
                return item.Position.Offset == 2 ? throw new FormatException("no") : ValueTask.CompletedTask;
            },
            StartFrom.Beginning);

        await Assert.ThrowsAsync<FormatException>(() => subscription.Completion.WaitAsync(Guard));
        Assert.True(before!.Value.Offset <= 1);

        // Whoever goes on gets that message again, and nothing is passed over.
        await client.CloseAsync().WaitAsync(Guard);
        Assert.Equal(1, client.StoredSession!.Positions["a"].Offset);
    }

    [Fact]
    public async Task Cancelling_the_enumeration_keeps_the_position_and_breaking_it_off_leaves_the_channel()
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options());
        using var cancel = new CancellationTokenSource();
        foreach (var channel in new[] { "a", "b" })
        {
            await gateway.AppendAsync(channel, 1);
            await gateway.AppendAsync(channel, 2);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in client.SubscribeAsync("a", StartFrom.Beginning, cancel.Token))
            {
                if (item.Position.Offset == 2)
                {
                    await cancel.CancelAsync();
                }
            }
        });
        await foreach (var item in client.SubscribeAsync("b", StartFrom.Beginning))
        {
            break;
        }

        await client.CloseAsync().WaitAsync(Guard);

        Assert.Equal(("a", 2), client.StoredSession!.Positions.Select(pair => (pair.Key, pair.Value.Offset)).Single());
    }

    [Fact]
    public async Task A_subscription_with_a_handler_ends_whether_it_or_the_client_is_disposed_at_once()
    {
        await using var gateway = await SocketGateway.StartAsync();
        await using var client = new GatewayClient(gateway.Options());
        for (var at = 0; at < 50; at++)
        {
            await client.Subscribe("a", (_, _) => ValueTask.CompletedTask).DisposeAsync().AsTask().WaitAsync(Guard);
        }

        var last = client.Subscribe("b", (_, _) => ValueTask.CompletedTask);
        await client.DisposeAsync().AsTask().WaitAsync(Guard);
        await last.DisposeAsync().AsTask().WaitAsync(Guard);
        var late = client.Subscribe("c", (_, _) => ValueTask.CompletedTask);

        Assert.Equal(5002, (await Assert.ThrowsAsync<GatewayException>(() => late.Completion.WaitAsync(Guard))).Code);
        Assert.Equal(5002, (await Assert.ThrowsAsync<GatewayException>(() => late.Opened.WaitAsync(Guard))).Code);
        await late.DisposeAsync().AsTask().WaitAsync(Guard);
    }
}

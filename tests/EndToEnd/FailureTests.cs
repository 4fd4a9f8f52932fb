using System.Text;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.Client;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.EndToEnd.Tests;

[Collection(StackCollection.Name)]
public sealed class FailureTests(StackFixture fixture)
{
    [Fact]
    public async Task A_poison_envelope_becomes_a_gap_and_takes_nothing_along_S7()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        var channel = ChannelName.Parse("news:poison");
        await using var client = fixture.CreateClient("poison-reader");
        await client.ConnectAsync(patience.Token);
        await using var subscription = await client.OpenAsync(channel.Value, StartFrom.Now, patience.Token);

        await using var serviceBus = new ServiceBusClient(fixture.Stack.ServiceBus.Ready.Values["connectionString"]);
        await using var sender = serviceBus.CreateSender("ingress");
        await sender.SendMessageAsync(
            new ServiceBusMessage(Encoding.UTF8.GetBytes("garbage"))
            {
                SessionId = Shards.SessionId(1, Shards.Of(channel)),
                Subject = Envelope.Subject,
                ApplicationProperties = { [Envelope.ChannelsProperty] = $"{channel}=1" },
            },
            patience.Token);
        await using var items = subscription.GetAsyncEnumerator(patience.Token);
        Assert.True(await items.MoveNextAsync());
        var gap = Assert.IsType<ChannelGap>(items.Current);
        Assert.True((await client.PublishAsync(channel.Value, new { after = true }, patience.Token)).IsAccepted);
        Assert.True(await items.MoveNextAsync());

        Assert.Equal((new OffsetRange(1, 1), (int?)ErrorCodes.Unreadable.Code), (gap.Range, gap.Code));
        Assert.Equal(2, Assert.IsType<ChannelMessage>(items.Current).Offset);
        await using var deadLetters = serviceBus.CreateReceiver(
            "ingress", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        var dead = await deadLetters.ReceiveMessageAsync(TimeSpan.FromSeconds(30), patience.Token);
        Assert.Equal("garbage", dead.Body.ToString());
    }

    [Fact]
    public async Task What_an_unreachable_instance_missed_is_made_good_and_others_do_not_wait_S6()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        await using var onAlpha = fixture.CreateClient("alpha-reader", "alpha");
        await using var onBeta = fixture.CreateClient("beta-reader", "beta");
        await Task.WhenAll(onAlpha.ConnectAsync(patience.Token), onBeta.ConnectAsync(patience.Token));
        await using var alpha = await onAlpha.OpenAsync("news:unreachable", StartFrom.Now, patience.Token);
        await using var beta = await onBeta.OpenAsync("news:unreachable", StartFrom.Now, patience.Token);

        try
        {
            // Nothing of this channel ever reaches beta, and three probes take longer than the channel's quiet notice would: what is left is the
            // check that ends a repair.
            await fixture.Faults.AddToInstanceAsync(
                "beta",
                new
                {
                    rules = new object[]
                    {
                        new { kind = "refuseRest", target = new { path = "*unreachable*" } },
                        new { kind = "refuseRest", target = new { path = "*probe*" }, count = 3 },
                    },
                },
                patience.Token);
            for (var number = 1; number <= 3; number++)
            {
                Assert.True((await onAlpha.PublishAsync("news:unreachable", number, patience.Token)).IsAccepted);
            }

            Assert.Equal([1, 2, 3], await TakeAsync(alpha, 3, patience.Token));

            // The client's own idle check would come after 144 s at the earliest, and hide that it was never told.
            patience.CancelAfter(TimeSpan.FromSeconds(100));
            Assert.Equal([1, 2, 3], await TakeAsync(beta, 3, patience.Token));
            var refused = (await fixture.Faults.ReadAsync(patience.Token)).Where(rule => rule.Kind == "refuseRest").ToList();
            Assert.True(refused[0].Applied > 0);
            Assert.Equal(3, refused[1].Applied);
        }
        finally
        {
            await fixture.Faults.EndAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_dead_backend_stops_nobody_and_answers_when_it_is_back()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        await using var client = fixture.CreateClient("backend-reader");
        await client.ConnectAsync(patience.Token);
        await using var source = await client.OpenAsync("orders:dead-backend", StartFrom.Now, patience.Token);
        await using var replies = await client.OpenAsync("replies:dead-backend", StartFrom.Now, patience.Token);

        await fixture.Stack.KillBackendAsync();
        for (var number = 1; number <= 3; number++)
        {
            Assert.True((await client.PublishAsync("orders:dead-backend", number, patience.Token)).IsAccepted);
        }

        Assert.Equal([1, 2, 3], await TakeAsync(source, 3, patience.Token));
        await fixture.Stack.RestartBackendAsync(patience.Token);

        Assert.Equal([1, 2, 3], await TakeAsync(replies, 3, patience.Token));
    }

    [Fact]
    public async Task A_session_is_continued_in_another_client_with_everything_published_meanwhile()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        await using var publisher = fixture.CreateClient("while-away");
        await publisher.ConnectAsync(patience.Token);
        StoredSession stored;
        await using (var first = fixture.CreateClient("traveller", "alpha"))
        {
            await first.ConnectAsync(patience.Token);
            var subscription = await first.OpenAsync("news:travel", StartFrom.Now, patience.Token);
            await publisher.PublishAsync("news:travel", 1, patience.Token);
            Assert.Equal([1], await TakeAsync(subscription, 1, patience.Token));
            await first.CloseAsync(patience.Token);
            stored = first.StoredSession!;
        }

        await publisher.PublishAsync("news:travel", 2, patience.Token);
        await using var second = new GatewayClient(new GatewayClientOptions
        {
            Endpoint = fixture.Stack.Endpoint,
            GetToken = _ => ValueTask.FromResult(fixture.TokenOf("traveller")),
            Continue = stored,
            AvoidInstances = ["alpha"],
        });
        await second.ConnectAsync(patience.Token);
        await using var again = await second.OpenAsync("news:travel", StartFrom.Stored, patience.Token);
        await publisher.PublishAsync("news:travel", 3, patience.Token);

        var offsets = await TakeUntilAsync(again, 3, patience.Token);
        Assert.Equal("beta", second.Instance);
        Assert.Equal([2, 3], offsets.Where(offset => offset > 1));
    }

    private static async Task<List<long>> TakeAsync(ChannelSubscription subscription, int count, CancellationToken cancellationToken) =>
        await TakeUntilAsync(subscription, count, cancellationToken);

    /// <summary>Offsets of messages, until the one that was waited for.</summary>
    private static async Task<List<long>> TakeUntilAsync(
        ChannelSubscription subscription, long lastOffset, CancellationToken cancellationToken)
    {
        List<long> offsets = [];
        await foreach (var item in subscription.WithCancellation(cancellationToken))
        {
            offsets.Add(Assert.IsType<ChannelMessage>(item).Offset);
            if (offsets[^1] >= lastOffset)
            {
                break;
            }
        }

        return offsets;
    }
}

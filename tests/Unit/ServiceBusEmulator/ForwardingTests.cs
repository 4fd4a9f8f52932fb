using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class ForwardingTests
{
    [Fact]
    public async Task A_message_moves_on_and_keeps_the_number_of_its_first_queue()
    {
        using var fixture = new BrokerFixture(Queues(("a", "b"), ("b", null)));
        await fixture.SendToAsync("b", Message("0"));

        await fixture.SendToAsync("a", Message("1"));

        var moved = fixture.Q("b").Peek(2, 10, null)[0];
        Assert.Equal(("1", 2, 1), (Body(moved), moved.SequenceNumber, moved.EnqueuedSequenceNumber));
        Assert.Empty(fixture.Q("a").Peek(0, 10, null));
    }

    [Fact]
    public void A_queue_that_forwards_cannot_be_received_from()
    {
        using var fixture = new BrokerFixture(Queues(("a", "b"), ("b", null)));

        var result = fixture.Q("a").OpenReceiver(ReceiveMode.PeekLock, new RecordingSink());

        Assert.Equal(BrokerErrorCode.NotAllowed, result.Error?.Code);
    }

    [Fact]
    public async Task A_scheduled_message_moves_on_when_it_is_due()
    {
        using var fixture = new BrokerFixture(Queues(("a", "b"), ("b", null)));
        await fixture.SendToAsync("a", Message("1") with { ScheduledEnqueueTime = fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(5) });
        Assert.Empty(fixture.Q("b").Peek(0, 10, null));

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["1"], Bodies(await fixture.ReceiveAsync(5, "b")));
    }

    [Fact]
    public async Task After_four_hops_a_message_is_a_dead_letter_where_it_stopped()
    {
        using var fixture = new BrokerFixture(Queues(("a", "b"), ("b", "a")));

        await fixture.SendToAsync("a", Message("1"));

        var dead = Assert.Single(fixture.Q("a/$deadletterqueue").Peek(0, 10, null));
        Assert.Equal("MaxTransferHopCountExceeded", dead.DeadLetterReason);
        Assert.Equal(0, fixture.Q("a").Count().Available + fixture.Q("b").Count().Available);
    }

    [Fact]
    public async Task What_the_next_queue_refuses_is_a_dead_letter_of_the_one_before()
    {
        using var fixture = new BrokerFixture(new NamespaceDefinition
        {
            Queues = [Queue("a", queue => queue with { ForwardTo = "b" }), Queue("b", queue => queue with { RequiresSession = true })],
        });

        await fixture.SendToAsync("a", Message("1"), Message("2", "s"));

        Assert.Equal(["1"], fixture.Q("a/$deadletterqueue").Peek(0, 10, null).Select(Body));
        Assert.Equal(["2"], fixture.Q("b").Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task Dead_letters_move_on_with_their_reason_and_their_source()
    {
        using var fixture = new BrokerFixture(new NamespaceDefinition
        {
            Queues = [Queue("q", queue => queue with { ForwardDeadLetteredMessagesTo = "dead" }), Queue("dead")],
        });
        await fixture.SendAsync(Message("1"));
        var token = (await fixture.ReceiveAsync(1))[0].LockToken;

        await fixture.Q().SettleAsync(token, new Settlement.DeadLetter("bad", null));

        var dead = Assert.Single(await fixture.ReceiveAsync(5, "dead")).Message;
        Assert.Equal(("1", "bad", "q"), (Body(dead), dead.DeadLetterReason, dead.DeadLetterSource));
        Assert.Empty(fixture.Q("q/$deadletterqueue").Peek(0, 10, null));
    }

    [Fact]
    public async Task A_subscription_may_forward_to_a_queue()
    {
        using var fixture = new BrokerFixture(new NamespaceDefinition
        {
            Queues = [Queue("q")],
            Topics =
            [
                new TopicDefinition
                {
                    Name = "t",
                    Subscriptions = [new SubscriptionDefinition(Queue("s", queue => queue with { ForwardTo = "q" }), [])],
                },
            ],
        });

        await fixture.SendToAsync("t", Message("1"));

        Assert.Equal(["1"], Bodies(await fixture.ReceiveAsync(5)));
    }

    private static NamespaceDefinition Queues(params (string Name, string? ForwardTo)[] queues) => new()
    {
        Queues = [.. queues.Select(queue => Queue(queue.Name, same => same with { ForwardTo = queue.ForwardTo }))],
    };
}

using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class DeadLetterTests
{
    [Fact]
    public async Task A_dead_letter_keeps_its_number_and_carries_the_reason()
    {
        using var fixture = WithQueue();
        await fixture.SendAsync(Message("0"), Message("1"));
        var deliveries = await fixture.ReceiveAsync(2);

        await fixture.Q().SettleAsync(deliveries[1].LockToken, new Settlement.DeadLetter("bad", "very bad")
        {
            PropertiesToModify = new Dictionary<string, object?> { ["by"] = "test" },
        });

        var dead = Assert.Single(await fixture.ReceiveAsync(5, "q/$DeadLetterQueue")).Message;
        Assert.Equal(("1", 2, "bad", "very bad"), (Body(dead), dead.SequenceNumber, dead.DeadLetterReason, dead.DeadLetterDescription));
        Assert.Equal("test", dead.ModifiedProperties["by"]);
        Assert.Null(dead.DeadLetterSource);
        Assert.Equal(1, fixture.Q().Count().Locked);
    }

    [Fact]
    public async Task Dead_letters_that_arrive_out_of_order_are_received_by_their_numbers()
    {
        using var fixture = WithQueue();
        await fixture.SendAsync(Message("1"), Message("2"), Message("3"), Message("4"));
        var deliveries = await fixture.ReceiveAsync(4);
        foreach (var index in new[] { 3, 0, 2, 1 })
        {
            await fixture.Q().SettleAsync(deliveries[index].LockToken, new Settlement.DeadLetter(null, null));
        }

        Assert.Equal(["1", "2", "3", "4"], fixture.Q("q/$deadletterqueue").Peek(0, 10, null).Select(Body));
        Assert.Equal(["1", "2", "3", "4"], Bodies(await fixture.ReceiveAsync(5, "q/$deadletterqueue")));
    }

    [Fact]
    public async Task Dead_letters_of_a_session_are_received_without_a_session()
    {
        using var fixture = WithSessions();
        await fixture.SendAsync(Message("1", "a"), Message("2", "a"));
        var lease = await fixture.AcceptAsync("a");
        var sink = Listen(lease, credit: 1);
        await lease.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.DeadLetter("bad", null));

        var dead = Assert.Single(await fixture.ReceiveAsync(5, "q/$deadletterqueue"));

        Assert.Equal(("1", "a"), (Body(dead), dead.Message.Message.SessionId));
        Assert.Null(await fixture.Q("q/$deadletterqueue").SettleAsync(dead.LockToken, new Settlement.Complete()));
    }

    [Fact]
    public async Task A_dead_letter_tells_when_it_expired_and_begins_a_new_life_where_it_is_sent_on()
    {
        using var fixture = new BrokerFixture(new NamespaceDefinition
        {
            Queues =
            [
                Queue("q", queue => queue with
                {
                    DefaultMessageTimeToLive = TimeSpan.FromSeconds(10),
                    DeadLetteringOnMessageExpiration = true,
                }),
                Queue("f", queue => queue with { ForwardDeadLetteredMessagesTo = "q" }),
            ],
        });
        await fixture.SendAsync(Message("1"));
        var due = fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(10);
        fixture.Clock.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(due, Assert.Single(fixture.Q("q/$deadletterqueue").Peek(0, 10, null)).ExpiresAt);
        await fixture.SendToAsync("f", Message("2"));
        var delivery = Assert.Single(await fixture.ReceiveAsync(1, "f"));
        await fixture.Q("f").SettleAsync(delivery.LockToken, new Settlement.DeadLetter(null, null));
        var moved = Assert.Single(fixture.Q().Peek(0, 10, null));
        Assert.Equal(fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(10), moved.ExpiresAt);
    }

    [Fact]
    public async Task A_dead_letter_fails_for_ever_and_never_expires()
    {
        using var fixture = WithQueue(queue => queue with
        {
            MaxDeliveryCount = 1,
            DefaultMessageTimeToLive = TimeSpan.FromMinutes(1),
        });
        await fixture.SendAsync(Message("1"));
        await fixture.ReceiveAsync(1);
        fixture.Clock.Advance(LockDuration);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var token = (await fixture.ReceiveAsync(1, "q/$deadletterqueue"))[0].LockToken;
            var settlement = attempt % 2 == 0 ? (Settlement)new Settlement.Abandon() : new Settlement.DeadLetter("x", null);
            Assert.Null(await fixture.Q("q/$deadletterqueue").SettleAsync(token, settlement));
            fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(1, fixture.Q("q/$deadletterqueue").Count().Available);
    }

    [Fact]
    public async Task Nothing_can_be_sent_to_a_dead_letter_queue()
    {
        using var fixture = WithQueue();

        var error = await fixture.Entity("q/$deadletterqueue").SendAsync([Message("1")]);

        Assert.Equal(BrokerErrorCode.NotAllowed, error?.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_expired_message_is_dropped_or_dead_lettered_as_configured(bool deadLetters)
    {
        using var fixture = WithQueue(queue => queue with { DeadLetteringOnMessageExpiration = deadLetters });
        await fixture.SendAsync(Message("short") with { TimeToLive = TimeSpan.FromSeconds(10) }, Message("long"));

        fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["long"], Bodies(await fixture.ReceiveAsync(5)));
        var dead = fixture.Q("q/$deadletterqueue").Peek(0, 10, null);
        Assert.Equal(deadLetters ? ["TTLExpiredException"] : [], dead.Select(message => message.DeadLetterReason));
    }

    [Fact]
    public async Task The_shorter_of_the_messages_life_and_the_queues_default_wins()
    {
        using var fixture = WithQueue(queue => queue with { DefaultMessageTimeToLive = TimeSpan.FromSeconds(20) });
        await fixture.SendAsync(
            Message("short") with { TimeToLive = TimeSpan.FromSeconds(10) },
            Message("long") with { TimeToLive = TimeSpan.FromSeconds(30) },
            Message("none"));

        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["long", "none"], fixture.Q().Peek(0, 10, null).Select(Body));
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty(fixture.Q().Peek(0, 10, null));
    }

    [Fact]
    public async Task A_locked_message_expires_only_when_it_comes_back()
    {
        using var fixture = WithQueue(queue => queue with { DeadLetteringOnMessageExpiration = true });
        await fixture.SendAsync(
            Message("kept") with { TimeToLive = TimeSpan.FromSeconds(10) },
            Message("lost") with { TimeToLive = TimeSpan.FromSeconds(10) });
        var deliveries = await fixture.ReceiveAsync(2);
        fixture.Clock.Advance(TimeSpan.FromSeconds(11));

        Assert.Null(await fixture.Q().SettleAsync(deliveries[0].LockToken, new Settlement.Complete()));
        Assert.Null(await fixture.Q().SettleAsync(deliveries[1].LockToken, new Settlement.Abandon()));

        Assert.Empty(fixture.Q().Peek(0, 10, null));
        Assert.Equal(["lost"], fixture.Q("q/$deadletterqueue").Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task A_life_as_long_as_time_itself_does_not_overflow()
    {
        using var fixture = WithQueue();

        await fixture.SendAsync(Message("1") with { TimeToLive = TimeSpan.MaxValue });

        Assert.Equal(DateTimeOffset.MaxValue, fixture.Q().Peek(0, 1, null)[0].ExpiresAt);
    }
}

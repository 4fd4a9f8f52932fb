using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class SessionReceiverTests
{
    private static readonly Symbol Filter = "com.microsoft:session-filter";
    private static readonly Symbol LockedUntil = "com.microsoft:locked-until-utc";
    private static readonly Symbol Timeout = "com.microsoft:timeout";

    [Fact]
    [Feature("Sessions", "Accept a session by its id")]
    public async Task Accepting_a_session_by_its_id_gives_its_messages_in_order_and_says_until_when()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "a", "a1", "a2");
        await SendAsync(emulator, "b", "b1");
        await using var peer = await OpenAsync(emulator);

        var answer = await AcceptAsync(peer, "a");

        Assert.Equal("a", ((Source)answer.Source).FilterSet[Filter]);
        var until = new DateTimeOffset((long)answer.Properties[LockedUntil], TimeSpan.Zero);
        Assert.InRange(until - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
        await peer.FlowAsync(credit: 10, deliveryCount: 0, drain: true);
        Assert.Equal(["a1", "a2"], await ReceiverLinkTests.ReadMessagesAsync(peer, 2));
        Assert.True((await peer.ExpectAsync<Flow>()).Drain);
    }

    [Fact]
    [Feature("Sessions", "Accept the next session, with waiting")]
    public async Task The_next_session_is_answered_when_a_message_comes()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await OpenAsync(emulator);
        await peer.SendAsync(0, Attach(null, waitMs: 20_000));

        // The echo shows that the attach has been read, and that it waits without holding up the session.
        await peer.EchoAsync();
        await SendAsync(emulator, "late", "m");

        var answer = await peer.ExpectAsync<Attach>();
        Assert.Equal("late", ((Source)answer.Source).FilterSet[Filter]);
        await peer.FlowAsync(credit: 1, deliveryCount: 0);
        Assert.Equal(["m"], await ReceiverLinkTests.ReadMessagesAsync(peer, 1));
    }

    [Fact]
    [Feature("Sessions", "Accept the next session, with waiting")]
    public async Task When_no_session_comes_in_time_the_link_is_refused_with_timeout()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await using var peer = await OpenAsync(emulator);
        await peer.SendAsync(0, Attach(null, waitMs: 5_000));
        await peer.EchoAsync();

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Null((await peer.ExpectAsync<Attach>()).Source);
        Assert.Equal("com.microsoft:timeout", (string)(await peer.ExpectAsync<Detach>()).Error.Condition);
    }

    [Fact]
    [Feature("Sessions", "Exclusive session locks")]
    public async Task A_session_that_somebody_holds_cannot_be_locked()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var holder = await OpenAsync(emulator);
        await AcceptAsync(holder, "held");
        await using var other = await OpenAsync(emulator);

        await other.SendAsync(0, Attach("held"));

        Assert.Null((await other.ExpectAsync<Attach>()).Source);
        Assert.Equal(
            "com.microsoft:session-cannot-be-locked", (string)(await other.ExpectAsync<Detach>()).Error.Condition);
    }

    [Fact]
    public async Task Closing_the_link_gives_the_session_back_with_its_counts_unchanged()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "s", "m");
        await using var peer = await OpenAsync(emulator);
        await AcceptAsync(peer, "s");
        await peer.FlowAsync(credit: 1, deliveryCount: 0);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 1);

        await peer.SendAsync(0, new Detach { Handle = 0, Closed = true });
        await peer.ExpectAsync<Detach>();

        await using var next = await OpenAsync(emulator);
        await AcceptAsync(next, "s");
        await next.FlowAsync(credit: 1, deliveryCount: 0);
        await next.ExpectAsync<Transfer>();
        Assert.Equal(0u, Decode(next).Header.DeliveryCount);
    }

    [Fact]
    [Feature("Sessions", "A lost connection gives its sessions back")]
    public async Task A_connection_that_is_cut_gives_its_session_back_to_who_waits()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "s", "m");
        var gone = await OpenAsync(emulator);
        await AcceptAsync(gone, "s");
        await using var waiter = await OpenAsync(emulator);
        await waiter.SendAsync(0, Attach(null, waitMs: 20_000));
        await waiter.EchoAsync();

        await gone.DisposeAsync();

        Assert.Equal("s", ((Source)(await waiter.ExpectAsync<Attach>()).Source).FilterSet[Filter]);
    }

    [Fact]
    public async Task Leaving_while_waiting_takes_no_session_along()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var impatient = await OpenAsync(emulator);
        await impatient.SendAsync(0, Attach(null, waitMs: 20_000));
        await impatient.SendAsync(0, new Detach { Handle = 0, Closed = true });
        await impatient.ExpectAsync<Attach>();
        await impatient.ExpectAsync<Detach>();

        await SendAsync(emulator, "s", "m");

        await using var other = await OpenAsync(emulator);
        await other.SendAsync(0, Attach(null));
        Assert.Equal("s", ((Source)(await other.ExpectAsync<Attach>()).Source).FilterSet[Filter]);

        // And the connection of the one who left is as good as before.
        await AcceptAsync(impatient, "another");
    }

    [Fact]
    [Feature("Sessions", "Exclusive session locks")]
    public async Task A_session_lock_that_runs_out_ends_the_link_with_the_reason()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var emulator = await EmulatorFixture.StartAsync(time: time);
        await SendAsync(emulator, "s", "m");
        await using var peer = await OpenAsync(emulator);
        await AcceptAsync(peer, "s");
        await peer.FlowAsync(credit: 1, deliveryCount: 0);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 1);

        time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("com.microsoft:session-lock-lost", (string)(await peer.ExpectAsync<Detach>()).Error.Condition);
    }

    [Fact]
    public async Task Outcomes_act_on_the_session()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "s", "1", "2");
        await using var peer = await OpenAsync(emulator);
        await AcceptAsync(peer, "s");
        await peer.FlowAsync(credit: 2, deliveryCount: 0);
        await ReceiverLinkTests.ReadMessagesAsync(peer, 2);

        await peer.SendAsync(0, new Dispose { Role = true, First = 0, Last = 1, State = new Accepted() });

        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Empty(emulator.QueueNamed(EmulatorFixture.SessionQueue).Peek(1, 10, "s"));
    }

    [Fact]
    public async Task A_session_filter_on_a_queue_without_sessions_is_refused()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await OpenAsync(emulator);
        var attach = Attach("s");
        ((Source)attach.Source).Address = EmulatorFixture.Queue;

        await peer.SendAsync(0, attach);

        await peer.ExpectAsync<Attach>();
        Assert.Equal(ErrorCode.NotAllowed, (string)(await peer.ExpectAsync<Detach>()).Error.Condition);
    }

    [Fact]
    public async Task Many_sessions_are_accepted_closed_and_accepted_again_without_a_slip()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await OpenAsync(emulator);
        for (var i = 0; i < 200; i++)
        {
            await AcceptAsync(peer, "again");
            await peer.SendAsync(0, new Detach { Handle = 0, Closed = true });
            await peer.ExpectAsync<Detach>();
        }
    }

    internal static Attach Attach(string? sessionId, uint? waitMs = null) => new()
    {
        LinkName = "session",
        Handle = 0,
        Role = true,
        RcvSettleMode = ReceiverSettleMode.Second,
        Source = new Source { Address = EmulatorFixture.SessionQueue, FilterSet = new Map { { Filter, sessionId } } },
        Target = new Target(),
        Properties = waitMs is { } wait ? new Fields { { Timeout, wait } } : new Fields(),
    };

    internal static async Task<RawPeer> OpenAsync(EmulatorFixture emulator)
    {
        var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        return peer;
    }

    private static async Task<Attach> AcceptAsync(RawPeer peer, string sessionId)
    {
        await peer.SendAsync(0, Attach(sessionId));
        var answer = await peer.ExpectAsync<Attach>();
        Assert.NotNull(answer.Source);
        return answer;
    }

    private static Message Decode(RawPeer peer)
    {
        var payload = peer.LastPayload.ToArray();
        return Message.Decode(new ByteBuffer(payload, 0, payload.Length, payload.Length));
    }

    private static Task SendAsync(EmulatorFixture emulator, string sessionId, params string[] ids) =>
        ReceiverLinkTests.SendAsync(emulator, EmulatorFixture.SessionQueue, ids, sessionId);
}

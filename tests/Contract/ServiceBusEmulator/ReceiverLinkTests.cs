using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class ReceiverLinkTests
{
    [Fact]
    [Feature("Receiving", "Annotations, delivery count, lock token as delivery tag")]
    public async Task A_received_message_carries_the_brokers_annotations_and_its_lock_token_as_tag()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "one");
        var receiver = new ReceiverLink(await emulator.OpenSessionAsync(), "r", EmulatorFixture.Queue);

        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);

        var snapshot = Assert.Single(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 1, null));
        var annotations = message.MessageAnnotations;
        Assert.Equal(snapshot.SequenceNumber, annotations[new Symbol("x-opt-sequence-number")]);
        Assert.Equal(snapshot.EnqueuedSequenceNumber, annotations[new Symbol("x-opt-enqueue-sequence-number")]);
        Assert.Equal(
            snapshot.EnqueuedTime,
            new DateTimeOffset((DateTime)annotations[new Symbol("x-opt-enqueued-time")]),
            TimeSpan.FromMilliseconds(1));
        Assert.IsType<DateTime>(annotations[new Symbol("x-opt-locked-until")]);
        Assert.Equal(0, annotations[new Symbol("x-opt-message-state")]);
        Assert.Equal(0u, message.Header.DeliveryCount);

        // The tag is a Guid in .NET's byte order: read so, it is the token that the broker gave out.
        var token = new Guid(message.DeliveryTag);
        Assert.True(emulator.QueueNamed(EmulatorFixture.Queue).RenewLock(token).IsSuccess);
    }

    [Fact]
    [Feature("Transport", "Link credit for receivers")]
    public async Task No_more_is_delivered_than_there_is_credit_for()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "1", "2", "3", "4", "5", "6");
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();

        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 3);
        Assert.Equal(["1", "2", "3"], await ReadMessagesAsync(peer, 3));
        await peer.FlowAsync(credit: 0, deliveryCount: 3, echo: true);
        Assert.Equal(0u, (await peer.ExpectAsync<Flow>()).LinkCredit);
        await peer.FlowAsync(credit: 2, deliveryCount: 3);
        Assert.Equal(["4", "5"], await ReadMessagesAsync(peer, 2));

        // The answer to an echo comes after everything that was to come: the sixth message has not.
        await peer.FlowAsync(credit: 0, deliveryCount: 5, echo: true);
        Assert.Equal(5u, (await peer.ExpectAsync<Flow>()).DeliveryCount);
        Assert.Equal(1, emulator.QueueNamed(EmulatorFixture.Queue).Count().Available);
    }

    [Fact]
    public async Task A_flow_that_repeats_the_credit_takes_none_away()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 5);

        await peer.FlowAsync(credit: 5, deliveryCount: 0);
        await SendAsync(emulator, "1", "2", "3", "4", "5", "6");

        Assert.Equal(["1", "2", "3", "4", "5"], await ReadMessagesAsync(peer, 5));
    }

    [Fact]
    [Feature("Transport", "Drain")]
    public async Task A_drain_hands_over_what_is_there_and_takes_the_rest_of_the_credit_back()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "1", "2");
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0);

        await peer.FlowAsync(credit: 10, deliveryCount: 0, drain: true);

        Assert.Equal(["1", "2"], await ReadMessagesAsync(peer, 2));
        var drained = await peer.ExpectAsync<Flow>();
        Assert.True(drained.Drain);
        Assert.Equal(0u, drained.LinkCredit);
        Assert.Equal(10u, drained.DeliveryCount);
        await SendAsync(emulator, "3");
        await peer.FlowAsync(credit: 1, deliveryCount: 10);
        Assert.Equal(["3"], await ReadMessagesAsync(peer, 1));
    }

    [Fact]
    public async Task A_drain_without_credit_is_answered_at_once()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 0);

        await peer.FlowAsync(credit: 0, deliveryCount: 0, drain: true);

        var drained = await peer.ExpectAsync<Flow>();
        Assert.True(drained.Drain);
        Assert.Equal(0u, drained.LinkCredit);
    }

    [Fact]
    [Feature("Transport", "Session windows")]
    public async Task Deliveries_wait_for_the_sessions_window_and_go_on_when_it_opens()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "1", "2", "3", "4");
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync(incomingWindow: 2);
        await peer.SendAsync(0, new Attach
        {
            LinkName = "r",
            Handle = 0,
            Role = true,
            Source = new Source { Address = EmulatorFixture.Queue },
            Target = new Target(),
        });
        await peer.ExpectAsync<Attach>();

        await peer.SendAsync(0, Window(next: 1, window: 2, credit: 4, delivered: 0));
        Assert.Equal(["1", "2"], await ReadMessagesAsync(peer, 2));
        await peer.SendAsync(0, new Flow
        {
            NextIncomingId = 3,
            IncomingWindow = 0,
            NextOutgoingId = 0,
            OutgoingWindow = 10,
            Echo = true,
        });
        Assert.Equal(3u, (await peer.ExpectAsync<Flow>()).NextOutgoingId);
        await peer.SendAsync(0, Window(next: 3, window: 2, credit: 2, delivered: 2));

        Assert.Equal(["3", "4"], await ReadMessagesAsync(peer, 2));
    }

    [Fact]
    [Feature("Receiving", "Receive and delete")]
    public async Task Receive_and_delete_hands_messages_over_settled()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await SendAsync(emulator, "gone");
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();

        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 1, settled: true);

        Assert.True((await peer.ExpectAsync<Transfer>()).Settled);
        Assert.Empty(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 1, null));
    }

    [Fact]
    public async Task What_the_sender_annotated_goes_through_byte_for_byte_beside_what_the_broker_adds()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachSenderAsync(EmulatorFixture.Queue, handle: 1);

        // {"e": an empty array, "d": a described value, "x-opt-sequence-number": 7}; the library can write neither of
        // the first two.
        byte[] empty = [0xa3, 1, (byte)'e', 0xe0, 2, 0, 0x71];
        byte[] described = [0xa3, 1, (byte)'d', 0x00, 0xa3, 3, (byte)'u', (byte)':', (byte)'x', 0x54, 9];
        byte[] forged = [0xa3, 21, .. "x-opt-sequence-number"u8, 0x55, 7];
        byte[] entries = [.. empty, .. described, .. forged];
        byte[] section = [0x00, 0x53, 0x72, 0xc1, (byte)(entries.Length + 1), 6, .. entries];
        byte[] message = [.. section, .. SenderLinkTests.Encoded("m")];
        var transfer = SenderLinkTests.Transfer(0, settled: false);
        transfer.Handle = 1;
        await peer.TransferAsync(transfer, message);
        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);

        await peer.AttachReceiverAsync(EmulatorFixture.Queue, credit: 1);
        await peer.ExpectAsync<Transfer>();

        var payload = peer.LastPayload;
        Assert.True(payload.Span.IndexOf(empty) > 0, "The empty array should be there as it was.");
        Assert.True(payload.Span.IndexOf(described) > 0, "The described value should be there as it was.");
        Assert.Equal(-1, payload.Span.IndexOf(forged));
        Assert.Equal(1L, Message.Decode(new ByteBuffer(payload.ToArray(), 0, payload.Length, payload.Length))
            .MessageAnnotations[new Symbol("x-opt-sequence-number")]);
    }

    [Theory]
    [InlineData("missing", ErrorCode.NotFound)]
    [InlineData(EmulatorFixture.Topic, ErrorCode.NotAllowed)]
    [InlineData(EmulatorFixture.SessionQueue, ErrorCode.NotAllowed)]
    public async Task A_receiver_of_what_gives_no_messages_is_refused(string address, string condition)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();

        var answer = await peer.AttachReceiverAsync(address, credit: 0);

        Assert.Null(answer.Source);
        Assert.Equal(condition, (string)(await peer.ExpectAsync<Detach>()).Error.Condition);
    }

    [Fact]
    [Feature("Not supported", "Transactions",
        Support = FeatureSupport.Missing,
        Note = "A coordinator link is refused with `amqp:not-implemented`.")]
    public async Task Transactions_are_refused_by_name()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();

        await peer.SendAsync(0, new Attach
        {
            LinkName = "tx",
            Handle = 0,
            Role = false,
            Source = new Source(),
            Target = new Amqp.Transactions.Coordinator(),
        });

        Assert.Null((await peer.ExpectAsync<Attach>()).Target);
        var error = (await peer.ExpectAsync<Detach>()).Error;
        Assert.Equal(ErrorCode.NotImplemented, (string)error.Condition);
        Assert.Contains("Transactions", error.Description, StringComparison.Ordinal);
    }

    [Fact]
    [Feature("Topics", "Topics and subscriptions")]
    public async Task Subscriptions_receive_what_was_sent_to_their_topic()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await emulator.OpenSessionAsync();
        var receiver = new ReceiverLink(session, "r", "/Events/subscriptions/AUDIT");
        var sender = new SenderLink(session, "s", $"sb://localhost/{EmulatorFixture.Topic}");

        await sender.SendAsync(EmulatorFixture.Text("event"), EmulatorFixture.Patience);

        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);
        Assert.Equal("event", message.Properties.MessageId);
    }

    internal static Task SendAsync(EmulatorFixture emulator, params string[] ids) =>
        SendAsync(emulator, EmulatorFixture.Queue, ids);

    internal static async Task SendAsync(
        EmulatorFixture emulator, string queue, string[] ids, string? sessionId = null, int bodyBytes = 1)
    {
        var messages = ids.Select(id => new BrokerMessage
        {
            MessageId = id,
            SessionId = sessionId,
            Payload = Encoded(id, sessionId, bodyBytes),
        });
        Assert.Null(await emulator.QueueNamed(queue).SendAsync(messages.ToArray()));
    }

    internal static async Task<List<string>> ReadMessagesAsync(RawPeer peer, int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
        {
            await peer.ExpectAsync<Transfer>();
            var payload = peer.LastPayload.ToArray();
            ids.Add(Message.Decode(new ByteBuffer(payload, 0, payload.Length, payload.Length)).Properties.MessageId);
        }

        return ids;
    }

    private static byte[] Encoded(string id, string? sessionId, int bodyBytes)
    {
        var message = EmulatorFixture.Text(id, sessionId);
        message.BodySection = new Data { Binary = new byte[bodyBytes] };
        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }

    private static Flow Window(uint next, uint window, uint credit, uint delivered) => new()
    {
        NextIncomingId = next,
        IncomingWindow = window,
        NextOutgoingId = 0,
        OutgoingWindow = 10,
        Handle = 0,
        DeliveryCount = delivered,
        LinkCredit = credit,
    };
}

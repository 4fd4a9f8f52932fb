using Amqp;
using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class SenderLinkTests
{
    [Fact]
    [Feature("Sending", "Single messages to queues")]
    public async Task An_accepted_message_is_in_the_queue()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var sender = new SenderLink(await emulator.OpenSessionAsync(), "s", EmulatorFixture.Queue);

        await sender.SendAsync(EmulatorFixture.Text("first"), EmulatorFixture.Patience);
        await sender.SendAsync(EmulatorFixture.Text("second"), EmulatorFixture.Patience);

        var found = emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null);
        Assert.Equal(["first", "second"], found.Select(message => message.Message.MessageId));
    }

    [Fact]
    [Feature("Sending", "Maximum message size in the attach answer")]
    public async Task The_attach_answer_says_how_large_messages_may_be()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var attached = new TaskCompletionSource<Attach>();
        var session = await emulator.OpenSessionAsync();

        var target = new Target { Address = EmulatorFixture.Queue };
        _ = new SenderLink(session, "s", target, (_, attach) => attached.SetResult(attach));

        var answer = await attached.Task.WaitAsync(EmulatorFixture.Patience);
        Assert.Equal(262_144ul, answer.MaxMessageSize);
    }

    [Fact]
    [Feature("Sending", "Batches, accepted whole or not at all")]
    public async Task A_batch_becomes_its_messages_in_their_order()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var sender = new SenderLink(await emulator.OpenSessionAsync(), "s", EmulatorFixture.Queue);
        var body = new DataList();
        foreach (var name in new[] { "one", "two", "three" })
        {
            body.Add(new Data { Buffer = EmulatorFixture.Text(name).Encode() });
        }

        await sender.SendAsync(
            new Message { BodySection = body, Format = ServiceBusSymbols.BatchMessageFormat },
            EmulatorFixture.Patience);

        var found = emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null);
        Assert.Equal(["one", "two", "three"], found.Select(message => message.Message.MessageId));
    }

    [Fact]
    [Feature("Sending", "Batches, accepted whole or not at all")]
    public async Task A_batch_with_one_bad_message_is_refused_whole()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var sender = new SenderLink(await emulator.OpenSessionAsync(), "s", EmulatorFixture.Queue);
        var body = new DataList();
        body.Add(new Data { Buffer = EmulatorFixture.Text("good").Encode() });
        body.Add(new Data { Binary = [1, 2, 3] });

        var refusal = await Assert.ThrowsAsync<AmqpException>(() => sender.SendAsync(
            new Message { BodySection = body, Format = ServiceBusSymbols.BatchMessageFormat },
            EmulatorFixture.Patience));

        Assert.Equal(ErrorCode.DecodeError, (string)refusal.Error.Condition);
        Assert.Empty(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null));
        await sender.SendAsync(EmulatorFixture.Text("the link still works"), EmulatorFixture.Patience);
    }

    [Fact]
    [Feature("Transport", "Messages of several frames, both ways")]
    public async Task A_message_of_many_frames_arrives_whole()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await emulator.OpenSessionAsync();
        var sender = new SenderLink(session, "s", EmulatorFixture.Queue);
        var body = new byte[200_000];
        new Random(7).NextBytes(body);

        await sender.SendAsync(new Message { BodySection = new Data { Binary = body } }, EmulatorFixture.Patience);

        var receiver = new ReceiverLink(session, "r", EmulatorFixture.Queue);
        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);
        Assert.Equal(body, message.Body);
    }

    [Fact]
    [Feature("Sending", "Size limit of the Standard tier, 256 KB")]
    public async Task A_message_over_the_limit_is_refused_with_its_reason_and_the_link_stays()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var sender = new SenderLink(await emulator.OpenSessionAsync(), "s", EmulatorFixture.Queue);

        var refusal = await Assert.ThrowsAsync<AmqpException>(() => sender.SendAsync(
            new Message { BodySection = new Data { Binary = new byte[300_000] } }, EmulatorFixture.Patience));

        Assert.Equal(ErrorCode.MessageSizeExceeded, (string)refusal.Error.Condition);
        Assert.Contains("262144", refusal.Error.Description, StringComparison.Ordinal);
        await sender.SendAsync(EmulatorFixture.Text("small"), EmulatorFixture.Patience);
        Assert.Single(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null));
    }

    [Fact]
    [Feature("Sending", "A message id for messages without")]
    public async Task A_message_without_an_id_is_given_one_that_receivers_see()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var session = await emulator.OpenSessionAsync();
        var sender = new SenderLink(session, "s", EmulatorFixture.Queue);
        var sent = new Message("no id")
        {
            Properties = new Properties { Subject = "kept" },
            ApplicationProperties = new ApplicationProperties { ["kept"] = "too" },
        };

        await sender.SendAsync(sent, EmulatorFixture.Patience);

        var receiver = new ReceiverLink(session, "r", EmulatorFixture.Queue);
        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);
        Assert.False(string.IsNullOrEmpty(message.Properties.MessageId));
        Assert.Equal("kept", message.Properties.Subject);
        Assert.Equal("too", message.ApplicationProperties["kept"]);
        Assert.Equal("no id", message.Body);
    }

    [Fact]
    [Feature("Sending", "Messages sent settled")]
    public async Task A_message_sent_settled_is_taken_without_an_answer()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachSenderAsync(EmulatorFixture.Queue);

        await peer.TransferAsync(Transfer(0, settled: true), Encoded("settled"));
        await peer.TransferAsync(Transfer(1, settled: false), Encoded("unsettled"));

        var answer = await peer.ExpectAsync<Dispose>();
        Assert.Equal(1u, answer.First);
        Assert.IsType<Accepted>(answer.State);
        Assert.Equal(2, emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null).Count);
    }

    [Fact]
    public async Task A_refused_message_that_was_sent_settled_ends_its_link()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachSenderAsync(EmulatorFixture.SessionQueue);

        await peer.TransferAsync(Transfer(0, settled: true), Encoded("no session"));

        var detach = await peer.ExpectAsync<Detach>();
        Assert.Equal(ErrorCode.NotAllowed, (string)detach.Error.Condition);
    }

    [Fact]
    public async Task A_message_format_that_is_not_known_is_refused()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachSenderAsync(EmulatorFixture.Queue);
        var transfer = Transfer(0, settled: false);
        transfer.MessageFormat = 0x12345;

        await peer.TransferAsync(transfer, Encoded("x"));

        var answer = await peer.ExpectAsync<Dispose>();
        Assert.Equal(ErrorCode.NotImplemented, (string)Assert.IsType<Rejected>(answer.State).Error.Condition);
    }

    [Fact]
    public async Task An_aborted_delivery_leaves_nothing_behind()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        await peer.AttachSenderAsync(EmulatorFixture.Queue);
        var encoded = Encoded("half");
        var first = Transfer(0, settled: false);
        first.More = true;

        // The writer clears the flag where all fits in one frame, so the first half is written by hand.
        await peer.SendBytesAsync(RawFrames.Transfer(first, encoded.AsSpan(0, 5)));
        await peer.SendAsync(0, new Transfer { Handle = 0, Aborted = true });
        await peer.TransferAsync(Transfer(1, settled: false), Encoded("whole"));

        Assert.Equal(1u, (await peer.ExpectAsync<Dispose>()).First);
        var found = Assert.Single(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null));
        Assert.Equal("whole", found.Message.MessageId);
    }

    [Fact]
    [Feature("Transport", "Link credit for senders")]
    public async Task Credit_is_given_back_as_messages_are_answered()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new AmqpLimits { SenderCredit = 4 });
        var sender = new SenderLink(await emulator.OpenSessionAsync(), "s", EmulatorFixture.Queue);

        var sends = Enumerable.Range(0, 100)
            .Select(i => sender.SendAsync(EmulatorFixture.Text($"m{i:00}"), EmulatorFixture.Patience));
        await Task.WhenAll(sends);

        Assert.Equal(100, emulator.QueueNamed(EmulatorFixture.Queue).Count().Available);
    }

    [Fact]
    public async Task A_peer_that_sends_without_credit_loses_its_link()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new AmqpLimits { SenderCredit = 0 });
        await using var peer = await emulator.ConnectRawAsync();
        await peer.OpenAsync();
        Assert.Equal(0u, (await peer.AttachSenderAsync(EmulatorFixture.Queue)).LinkCredit);

        await peer.TransferAsync(Transfer(0, settled: false), Encoded("unasked"));

        Assert.Equal(ErrorCode.TransferLimitExceeded, (string)(await peer.ExpectAsync<Detach>()).Error.Condition);
        Assert.Empty(emulator.QueueNamed(EmulatorFixture.Queue).Peek(1, 10, null));
    }

    [Theory]
    [InlineData("missing", ErrorCode.NotFound)]
    [InlineData(EmulatorFixture.Subscription, ErrorCode.NotAllowed)]
    [InlineData("orders/$deadletterqueue", ErrorCode.NotAllowed)]
    [Feature("Sending", "Errors for entities that are missing or take no messages")]
    public async Task A_sender_to_what_takes_no_messages_is_refused(string address, string condition)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var sender = new SenderLink(await emulator.OpenSessionAsync(), "s", address);

        var refusal = await Assert.ThrowsAsync<AmqpException>(
            () => sender.SendAsync(EmulatorFixture.Text("x"), EmulatorFixture.Patience));

        Assert.Equal(condition, (string)refusal.Error.Condition);
    }

    internal static Transfer Transfer(uint id, bool settled) => new()
    {
        Handle = 0,
        DeliveryId = id,
        DeliveryTag = BitConverter.GetBytes(id),
        MessageFormat = 0,
        Settled = settled,
    };

    internal static byte[] Encoded(string text, string? id = null)
    {
        var message = EmulatorFixture.Text(text);
        message.Properties.MessageId = id ?? text;
        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }
}

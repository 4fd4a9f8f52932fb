using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Amqp;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>What honest clients send, as bytes.</summary>
internal static class AmqpSeeds
{
    public static byte[][] Performatives { get; } =
    [
        .. new DescribedList[]
        {
            new Open { ContainerId = "c", HostName = "h", MaxFrameSize = 65_536, ChannelMax = 100, IdleTimeOut = 30_000 },
            new Begin { NextOutgoingId = 0, IncomingWindow = 100, OutgoingWindow = 100, HandleMax = 7 },
            SessionReceiver(),
            Sender(),
            new Flow { NextIncomingId = 1, IncomingWindow = 9, NextOutgoingId = 1, OutgoingWindow = 9, Handle = 1, LinkCredit = 9 },
            new Transfer { Handle = 1, DeliveryId = 0, DeliveryTag = [1, 2, 3, 4], MessageFormat = 0, Settled = false },
            new Dispose { Role = true, First = 0, Last = 9, State = new Accepted(), Settled = true },
            new Dispose { Role = true, First = 0, State = DeadLetter() },
            new Dispose { Role = true, First = 0, State = new Modified { UndeliverableHere = true, MessageAnnotations = Properties() } },
            new Detach { Handle = 1, Closed = true, Error = new Error("amqp:internal-error") { Description = "d" } },
            new End(),
            new Close { Error = new Error("amqp:connection:forced") },
        }.Select(Encoded),
    ];

    public static byte[][] Sasl { get; } =
    [
        Encoded(new SaslInit { Mechanism = "PLAIN", InitialResponse = "\0RootManageSharedAccessKey\0SAS_KEY_VALUE"u8.ToArray() }),
        Encoded(new SaslInit { Mechanism = "MSSBCBS", HostName = "localhost" }),
        Encoded(new SaslResponse { Response = [1, 2, 3] }),
    ];

    public static byte[][] Values { get; } =
    [
        .. new object?[]
        {
            null, true, (byte)7, (short)-7, 70_000, 7_000_000_000L, 1.5f, 2.5, 'x', Guid.Empty, DateTime.UnixEpoch,
            "text", new string('ä', 300), new Symbol("symbol"), new byte[300], new[] { 1, 2, 3 }, new[] { "a", "b" },
            new[] { new Symbol("a") }, new[] { Guid.Empty, Guid.Empty }, new List { 1, new List { "two", new List() } },
            new Map { { "a", 1 }, { new Symbol("b"), new Map { { 1, null } } } },
            new DescribedValue(new Symbol("com.microsoft:session-filter"), "s"), new DescribedValue(7UL, new List { 1 }),
        }.Select(EncodedValue),
    ];

    public static byte[][] Messages { get; } =
    [
        Encoded(Full()),
        Encoded(new Message("small") { Properties = new Properties { MessageId = "id" } }),
        Encoded(new Message("no id")),
        Encoded(new Message { BodySection = new Data { Binary = [1, 2, 3] }, Header = new Header { Ttl = uint.MaxValue } }),
        Encoded(new Message { BodySection = new AmqpSequence { List = new List { 1, "two" } } }),
    ];

    public static byte[][] Batches { get; } =
    [
        Batch(Full(), new Message("second")),
        Batch(new Message("one") { Properties = new Properties { GroupId = "s" } }),
    ];

    public static byte[][] Requests { get; } =
    [
        Request("com.microsoft:peek-message", new Map { { "from-sequence-number", 1L }, { "message-count", 3 } }),
        Request("com.microsoft:renew-lock", new Map { { "lock-tokens", new[] { Guid.Empty } } }),
        Request("com.microsoft:receive-by-sequence-number",
            new Map { { "sequence-numbers", new[] { 1L, 2L } }, { "receiver-settle-mode", 1u } }),
        Request("com.microsoft:schedule-message", new Map
        {
            { "messages", new List { new Map { { "message-id", "m" }, { "message", Encoded(Full()) } } } },
        }),
        Request("com.microsoft:update-disposition", new Map
        {
            { "disposition-status", "suspended" },
            { "lock-tokens", new[] { Guid.Empty } },
            { "deadletter-reason", "r" },
            { "properties-to-modify", Properties() },
        }),
        Request("com.microsoft:set-session-state", new Map { { "session-id", "s" }, { "session-state", new byte[] { 1 } } }),
        Encoded(new Message
        {
            Properties = new Properties { MessageId = "1", ReplyTo = "cbs" },
            ApplicationProperties = new ApplicationProperties
            {
                ["operation"] = "put-token", ["type"] = "servicebus.windows.net:sastoken", ["name"] = "sb://localhost/q",
            },
            BodySection = new AmqpValue { Value = "SharedAccessSignature sr=a&sig=b&se=1&skn=c" },
        }),
    ];

    public static byte[] Frame(byte type, byte[] body)
    {
        var size = 8 + body.Length;
        return [(byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size, 2, type, 0, 0, .. body];
    }

    public static byte[] Encoded(DescribedList performative)
    {
        var buffer = new ByteBuffer(256, autoGrow: true);
        performative.Encode(buffer);
        return Taken(buffer);
    }

    private static byte[] EncodedValue(object? value)
    {
        var buffer = new ByteBuffer(256, autoGrow: true);
        Encoder.WriteObject(buffer, value);
        return Taken(buffer);
    }

    private static byte[] Encoded(Message message) => Taken(message.Encode());

    private static byte[] Taken(ByteBuffer buffer) => buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();

    private static byte[] Batch(params Message[] messages)
    {
        var sections = new DataList();
        foreach (var message in messages)
        {
            sections.Add(new Data { Buffer = message.Encode() });
        }

        return Encoded(new Message { BodySection = sections });
    }

    private static byte[] Request(string operation, Map body) => Encoded(new Message
    {
        Properties = new Properties { MessageId = "1", ReplyTo = "replies" },
        ApplicationProperties = new ApplicationProperties { ["operation"] = operation, ["com.microsoft:server-timeout"] = 5_000u },
        BodySection = new AmqpValue { Value = body },
    });

    private static Message Full()
    {
        var message = new Message("text")
        {
            Header = new Header { Ttl = 1_000, Durable = true, Priority = 4 },
            DeliveryAnnotations = new DeliveryAnnotations(),
            MessageAnnotations = new MessageAnnotations(),
            Properties = new Properties
            {
                MessageId = "id",
                GroupId = "session",
                CorrelationId = "c",
                ContentType = "text/plain",
                Subject = "s",
                To = "t",
                ReplyTo = "r",
                ReplyToGroupId = "rs",
                AbsoluteExpiryTime = DateTime.UnixEpoch,
            },
            ApplicationProperties = new ApplicationProperties { ["a"] = 1, ["b"] = "two", ["c"] = null, ["d"] = DateTime.UnixEpoch },
            Footer = new Footer(),
        };
        message.DeliveryAnnotations[new Symbol("d")] = 1;
        message.MessageAnnotations[new Symbol(ServiceBusSymbols.ScheduledEnqueueTime)] = DateTime.UnixEpoch;
        message.MessageAnnotations[new Symbol(ServiceBusSymbols.PartitionKey)] = "p";
        return message;
    }

    private static Attach SessionReceiver() => new()
    {
        LinkName = "r",
        Handle = 0,
        Role = true,
        SndSettleMode = SenderSettleMode.Unsettled,
        Source = new Source
        {
            Address = "ingress",
            FilterSet = new Map { { new Symbol("com.microsoft:session-filter"), new DescribedValue(new Symbol("com.microsoft:session-filter"), "s") } },
        },
        Target = new Target(),
        Properties = new Fields { { new Symbol("com.microsoft:timeout"), 1_000u } },
    };

    private static Attach Sender() => new()
    {
        LinkName = "s",
        Handle = 1,
        Role = false,
        Source = new Source { Outcomes = ["amqp:accepted:list", "amqp:rejected:list"] },
        Target = new Target { Address = "orders" },
        Unsettled = new Map { { "x", 1 } },
    };

    private static Rejected DeadLetter() => new()
    {
        Error = new Error(ServiceBusSymbols.DeadLetter)
        {
            Description = "d",
            Info = new Fields { { new Symbol("DeadLetterReason"), "r" }, { new Symbol("k"), "v" } },
        },
    };

    private static Fields Properties() => new() { { new Symbol("k"), "v" }, { new Symbol("n"), 1 } };
}

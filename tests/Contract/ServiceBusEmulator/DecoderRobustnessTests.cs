using System.Buffers.Binary;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>
/// Mutated bytes over real connections, beside an honest one; each decoder by itself is fuzzed in tests/Unit. Each case
/// is made from its number, so a failure names what to replay.
/// </summary>
public sealed class DecoderRobustnessTests
{
    [Fact]
    public void What_passes_is_measured_to_the_byte()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var buffer = new ByteBuffer(256, autoGrow: true);
            Encoder.WriteObject(buffer, Value(new Random(seed), depth: 0), smallEncoding: seed % 2 == 0);
            var length = buffer.Length;
            byte[] bytes = [.. buffer.Buffer.AsSpan(buffer.Offset, length), 0x40, 0xff];

            Assert.True(length == WireShape.Check(bytes), $"seed {seed}");
            Assert.True(length == WireShape.Skip(bytes), $"seed {seed}");
        }
    }

    [Fact]
    [Feature("Bounds", "Every decoder is fuzzed; what it refuses ends one connection at most")]
    public async Task Mutated_conversations_end_alone()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var honest = await emulator.ConnectRawAsync();
        await honest.OpenAsync();
        await honest.AttachSenderAsync(EmulatorFixture.Queue);
        var frames = Performatives()
            .Select(performative => RawFrames.Amqp(0, performative, SenderLinkTests.Encoded("m")))
            .ToArray();

        for (var seed = 0u; seed < 150; seed++)
        {
            var random = new Random((int)seed);
            await using var peer = await emulator.ConnectRawAsync();
            await peer.OpenAsync();
            var conversation = Enumerable.Range(0, 20)
                .SelectMany(_ => Mutate(frames[random.Next(frames.Length)], random))
                .ToArray();
            await peer.TrySendBytesAsync(conversation);

            // Every third peer vanishes without a word instead of waiting for what it caused.
            if (seed % 3 != 0)
            {
                peer.StopSending();
                await peer.ReadToEndAsync();
            }

            await honest.TransferAsync(
                SenderLinkTests.Transfer(seed, settled: false), SenderLinkTests.Encoded($"m{seed}"));
            Assert.IsType<Accepted>((await honest.ExpectAsync<Dispose>()).State);
        }
    }

    [Fact]
    [Feature("Bounds", "Malformed requests to $management are answered, each by itself")]
    public async Task Mutated_requests_are_refused_or_answered_and_the_link_stays()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await using var peer = await SessionReceiverTests.OpenAsync(emulator);
        await peer.AttachReceiverAsync("ingress/$management", credit: 5_000, handle: 1);
        await peer.AttachSenderAsync("ingress/$management");
        var requests = Requests();
        var answered = 0;
        for (var seed = 0u; seed < 400; seed++)
        {
            var request = Mutate(requests[seed % requests.Length], new Random((int)seed));
            await peer.SendBytesAsync(RawFrames.Transfer(SenderLinkTests.Transfer(seed, settled: false), request));

            answered += await IsAnsweredAsync(peer, seed) ? 1 : 0;
        }

        Assert.InRange(answered, 40, 400);
    }

    /// <summary>
    /// Reads until the request has its outcome and, where it was taken, its answer; true where it was taken.
    /// </summary>
    private static async Task<bool> IsAnsweredAsync(RawPeer peer, uint seed)
    {
        bool? isTaken = null;
        int? status = null;
        while (isTaken is null || (isTaken == true && status is null))
        {
            switch (await peer.ReadAsync())
            {
                case Dispose disposition:
                    isTaken = disposition.State is Accepted;
                    break;
                case Transfer:
                    status = StatusOf(peer.LastPayload);
                    break;
                case Flow:
                    break;
                case var other:
                    Assert.Fail($"Case {seed} was answered with {other?.ToString() ?? "the end of the connection"}.");
                    break;
            }
        }

        Assert.True(status is null or 200 or 202 or 204 or (>= 400 and < 500) or 501, $"Case {seed} failed: {status}.");
        return isTaken.Value;
    }

    private static int StatusOf(ReadOnlyMemory<byte> answer)
    {
        var bytes = answer.ToArray();
        return (int)Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length)).ApplicationProperties["statusCode"];
    }

    private static byte[] Mutate(byte[] sample, Random random)
    {
        uint[] lies = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
        var bytes = (byte[])sample.Clone();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2 when at + 4 <= bytes.Length:
                    BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), lies[random.Next(lies.Length)]);
                    break;
                case 3:
                    bytes = bytes[..Math.Max(at, 1)];
                    break;
                default:
                    bytes = [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]];
                    break;
            }

            bytes = bytes.Length == 0 ? [0] : bytes;
        }

        return bytes;
    }

    private static object? Value(Random random, int depth) => random.Next(depth > 3 ? 12 : 15) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => (byte)random.Next(256),
        3 => (ushort)random.Next(65_536),
        4 => (uint)random.Next(),
        5 => (ulong)random.NextInt64(),
        6 => random.Next() - (int.MaxValue / 2),
        7 => random.NextInt64() - (long.MaxValue / 2),
        8 => new string('ä', random.Next(300)),
        9 => new Symbol(new string('s', random.Next(300))),
        10 => new byte[random.Next(300)],
        11 => Guid.NewGuid(),
        12 => new[] { random.Next(), random.Next(), random.Next() },
        13 => List(random, depth),
        _ => Map(random, depth),
    };

    private static List List(Random random, int depth)
    {
        var list = new List();
        for (var i = random.Next(6); i > 0; i--)
        {
            list.Add(Value(random, depth + 1));
        }

        return list;
    }

    private static Map Map(Random random, int depth)
    {
        var map = new Map();
        for (var i = random.Next(6); i > 0; i--)
        {
            map[$"key-{i}"] = Value(random, depth + 1);
        }

        return map;
    }

    private static DescribedList[] Performatives() =>
    [
        new Open { ContainerId = "c", HostName = "h", MaxFrameSize = 65_536, ChannelMax = 100, IdleTimeOut = 30_000 },
        new Begin { NextOutgoingId = 0, IncomingWindow = 100, OutgoingWindow = 100, HandleMax = 7 },
        SessionReceiverTests.Attach("session", 1_000),
        new Attach
        {
            LinkName = "s",
            Handle = 1,
            Role = false,
            Source = new Source { Outcomes = ["amqp:accepted:list", "amqp:rejected:list"] },
            Target = new Target { Address = "orders" },
            Unsettled = new Map { { "x", 1 } },
        },
        new Flow
        {
            NextIncomingId = 1, IncomingWindow = 9, NextOutgoingId = 1, OutgoingWindow = 9, Handle = 1, LinkCredit = 9,
        },
        new Transfer { Handle = 1, DeliveryId = 0, DeliveryTag = [1, 2, 3, 4], MessageFormat = 0, Settled = false },
        new Dispose { Role = true, First = 0, Last = 9, State = new Accepted(), Settled = true },
        new Dispose
        {
            Role = true,
            First = 0,
            State = new Rejected
            {
                Error = new Error("com.microsoft:dead-letter") { Info = new Fields { { new Symbol("k"), "v" } } },
            },
        },
        new Detach { Handle = 1, Closed = true, Error = new Error("amqp:internal-error") { Description = "d" } },
        new End(),
        new Close(),
    ];

    private static readonly Guid[] Tokens = [Guid.Empty];
    private static readonly long[] Numbers = [1];

    private static byte[][] Requests() =>
    [
        Request("com.microsoft:peek-message", new Map { { "from-sequence-number", 1L }, { "message-count", 3 } }),
        Request("com.microsoft:renew-lock", new Map { { "lock-tokens", Tokens } }),
        Request("com.microsoft:receive-by-sequence-number",
            new Map { { "sequence-numbers", Numbers }, { "receiver-settle-mode", 1u } }),
        Request("com.microsoft:schedule-message",
            new Map { { "messages", new List { new Map { { "message", Encode(EmulatorFixture.Text("m", "s")) } } } } }),
        Request("com.microsoft:update-disposition",
            new Map { { "disposition-status", "completed" }, { "lock-tokens", Tokens } }),
        Request("com.microsoft:get-session-state", new Map { { "session-id", "s" } }),
        Request("com.microsoft:get-message-sessions",
            new Map { { "last-updated-time", DateTime.UnixEpoch }, { "skip", 0 }, { "top", 10 } }),
    ];

    private static byte[] Request(string operation, Map body) => Encode(new Message
    {
        Properties = new Properties { MessageId = "1", ReplyTo = "replies" },
        ApplicationProperties = new ApplicationProperties { ["operation"] = operation },
        BodySection = new AmqpValue { Value = body },
    });

    private static byte[] Encode(DescribedList performative)
    {
        var buffer = new ByteBuffer(256, autoGrow: true);
        performative.Encode(buffer);
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }

    private static byte[] Encode(Message message)
    {
        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }
}

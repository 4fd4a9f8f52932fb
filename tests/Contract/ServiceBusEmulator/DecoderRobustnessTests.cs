using System.Buffers.Binary;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Amqp;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>
/// Random and mutated bytes: the decoders either give a value or refuse with a fault. They never throw anything else,
/// never allocate out of proportion, never run on. Each case is made from its number, so a failure names what to
/// replay.
/// </summary>
public sealed class DecoderRobustnessTests
{
    private const int Cases = 20_000;

    /// <summary>
    /// An object per byte of input is the worst that a list of nulls can do; the rest is the fault and its text.
    /// </summary>
    private const int MaxBytesPerInputByte = 256;
    private const int MaxBytesPerFault = 64 * 1024;

    [Fact]
    public void Random_frames_are_refused_or_decoded_in_proportion()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var body = new byte[random.Next(1, 400)];
            random.NextBytes(body);

            // Most random bytes are refused by the first one; half of the cases start like a performative.
            if (seed % 2 == 0 && body.Length > 4)
            {
                (body[0], body[1], body[2], body[3]) = (0x00, 0x53, (byte)random.Next(0x10, 0x19), 0xc0);
            }

            Survive(seed, body.Length, () => PerformativeDecoder.Decode(body, out _));
        }
    }

    [Fact]
    public void Mutated_frames_are_refused_or_decoded_in_proportion()
    {
        var samples = Performatives().Select(Encode).ToArray();
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var body = Mutate(samples[seed % samples.Length], random);

            Survive(seed, body.Length, () => PerformativeDecoder.Decode(body, out _));
        }
    }

    [Fact]
    public void Mutated_messages_and_batches_are_refused_or_decoded_in_proportion()
    {
        var samples = Messages();
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var (format, sample) = samples[seed % samples.Length];
            var message = Mutate(sample, random);

            Survive(seed, message.Length, () => MessageReader.ReadTransfer(format, message, Guid.NewGuid));
            Survive(seed, message.Length, () => MessageReader.ReadRequest(message));
        }
    }

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

    private static void Survive(int seed, int inputBytes, Func<object?> decode)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            decode();
        }
        catch (AmqpFaultException e)
        {
            Assert.StartsWith("amqp:", e.Condition, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"Case {seed} threw {e}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(
            allocated <= (inputBytes * MaxBytesPerInputByte) + MaxBytesPerFault,
            $"Case {seed} allocated {allocated} bytes for {inputBytes}.");
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

    private static (uint Format, byte[] Bytes)[] Messages()
    {
        var full = EmulatorFixture.Text("text", "session");
        full.Header = new Header { Ttl = 1_000, Durable = true };
        full.DeliveryAnnotations = new DeliveryAnnotations();
        full.DeliveryAnnotations[new Symbol("d")] = 1;
        full.MessageAnnotations = new MessageAnnotations();
        full.MessageAnnotations[new Symbol("x-opt-scheduled-enqueue-time")] = DateTime.UtcNow;
        full.ApplicationProperties = new ApplicationProperties { ["a"] = 1, ["b"] = "two", ["c"] = null };
        full.Footer = new Footer();
        var batch = new DataList();
        batch.Add(new Data { Buffer = full.Encode() });
        batch.Add(new Data { Buffer = EmulatorFixture.Text("second").Encode() });
        var request = new Message
        {
            ApplicationProperties = new ApplicationProperties { ["operation"] = "com.microsoft:peek-message" },
            BodySection = new AmqpValue
            {
                Value = new Map { { "numbers", new long[] { 1, 2 } }, { "tokens", new[] { Guid.Empty } } },
            },
        };
        return
        [
            (0, Encode(full)),
            (0, Encode(EmulatorFixture.Text("small"))),
            (0, Encode(request)),
            (ServiceBusSymbols.BatchMessageFormat, Encode(new Message { BodySection = batch })),
        ];
    }

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

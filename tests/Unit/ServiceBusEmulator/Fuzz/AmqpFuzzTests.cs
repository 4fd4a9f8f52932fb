using System.Buffers;
using Amqp.Framing;
using CsCheck;
using ServerlessGateway.ServiceBusEmulator.Amqp;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>Frames, performatives and values that no client library would send.</summary>
public sealed class AmqpFuzzTests
{
    private const int Cases = 8_000;
    private const int MaxFrameBytes = 4_096;

    [Fact]
    public Task Frames_are_cut_out_or_refused() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of([.. AmqpSeeds.Performatives.Select(body => AmqpSeeds.Frame(0, body)), AmqpSeeds.Frame(0, [])]),
        bytes =>
        {
            // Bytes come in pieces, cut anywhere: here after the third.
            var rest = bytes.Length > 3 ? Pieces(bytes, 3) : new ReadOnlySequence<byte>(bytes);
            while (FrameReader.TryRead(ref rest, MaxFrameBytes, out var frame))
            {
                Assert.InRange(frame.Body.Length, 0, MaxFrameBytes - Frame.HeaderBytes);
            }
        },
        IsFault);

    [Fact]
    public Task Performatives_are_decoded_or_refused() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of([.. AmqpSeeds.Performatives, .. AmqpSeeds.Sasl]),
        body =>
        {
            var performative = PerformativeDecoder.Decode(body, out var payload);
            Assert.InRange(payload.Length, 0, body.Length);
            if (performative is Dispose { State: { } state })
            {
                // What the loop does with it is part of the decoding: maps of any shape are read here.
                SettlementReader.Read(state);
            }
        },
        IsFault);

    [Fact]
    public Task Values_are_decoded_or_refused_and_measured_alike() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of(AmqpSeeds.Values),
        bytes =>
        {
            var length = WireShape.Check(bytes);
            Assert.Equal(length, WireShape.Skip(bytes));
            PerformativeDecoder.Value(bytes, 0, length);
        },
        IsFault);

    [Fact]
    public Task What_is_skipped_is_never_longer_than_what_came() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of(AmqpSeeds.Values),
        bytes => Assert.InRange(WireShape.Skip(bytes), 1, bytes.Length),
        IsFault);

    [Fact]
    public void A_failing_case_can_be_replayed()
    {
        var inputs = Mutations.Of(AmqpSeeds.Values);

        var first = Enumerable.Range(0, 50).Select(number => inputs.Generate(new PCG((uint)number, 7), null, out _)).ToArray();
        var second = Enumerable.Range(0, 50).Select(number => inputs.Generate(new PCG((uint)number, 7), null, out _)).ToArray();

        Assert.Equal(first, second);
        Assert.True(first.Distinct(ByteComparer.Instance).Count() > 40, "The cases hardly differ.");
    }

    internal static bool IsFault(Exception e) =>
        e is AmqpFaultException fault && fault.Condition.StartsWith("amqp:", StringComparison.Ordinal);

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int at)
    {
        var first = new Piece(bytes.AsMemory(0, at), 0);
        var second = first.Append(bytes.AsMemory(at));
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }

    private sealed class ByteComparer : IEqualityComparer<byte[]>
    {
        public static ByteComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj.Length;
    }
}

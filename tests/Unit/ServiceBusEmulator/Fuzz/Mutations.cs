using System.Buffers.Binary;
using CsCheck;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>Makes wrong inputs out of right ones: most of what is wholly random is refused by its first byte.</summary>
internal static class Mutations
{
    /// <summary>Counts and sizes at which arithmetic goes wrong.</summary>
    private static readonly uint[] Lies =
        [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff];

    private static readonly Gen<int> Anywhere = Gen.Int[0, int.MaxValue - 1];

    /// <summary>One change; where it strikes is taken modulo the length.</summary>
    private static readonly Gen<Func<byte[], byte[]>> Change = Gen.OneOf(
        Gen.Select(Anywhere, Gen.Int[0, 7], (at, bit) => At(at, (bytes, i) => bytes[i] ^= (byte)(1 << bit))),
        Gen.Select(Anywhere, Gen.Byte, (at, value) => At(at, (bytes, i) => bytes[i] = value)),
        Gen.Select(Anywhere, Gen.OneOf(Lies), (at, lie) => Wide(at, bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes, lie))),
        Gen.Select(Anywhere, Gen.OneOf(Lies), (at, lie) => Wide(at, bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes, lie))),
        Anywhere.Select(at => (Func<byte[], byte[]>)(bytes => bytes[..(at % (bytes.Length + 1))])),
        Gen.Select(Anywhere, Anywhere, (from, to) => (Func<byte[], byte[]>)(bytes => Spliced(bytes, from, to))),
        Gen.Select(Anywhere, Gen.Byte.Array[1, 24], (at, added) => (Func<byte[], byte[]>)(bytes => Inserted(bytes, at, added))),
        Gen.Select(Anywhere, Gen.Int[1, 64], (at, times) => (Func<byte[], byte[]>)(bytes => Repeated(bytes, at, times))));

    /// <summary>One of the samples with one to six changes, or (one case in twenty) as it is, or random bytes.</summary>
    public static Gen<byte[]> Of(params byte[][] samples)
    {
        var sample = Gen.OneOf(samples);
        var changed = Gen.Select(sample, Change.Array[1, 6], (bytes, changes) =>
            changes.Aggregate(bytes.ToArray(), (current, change) => change(current)));
        return Gen.Frequency(
            (17, changed),
            (1, sample.Select(bytes => bytes.ToArray())),
            (1, Gen.Byte.Array[0, 400]),
            (1, Gen.Select(sample, Gen.Byte.Array[0, 200], (bytes, rest) => bytes[..Math.Min(4, bytes.Length)].Concat(rest).ToArray())));
    }

    private static Func<byte[], byte[]> At(int at, Action<byte[], int> change) => bytes =>
    {
        if (bytes.Length > 0)
        {
            change(bytes, at % bytes.Length);
        }

        return bytes;
    };

    private static Func<byte[], byte[]> Wide(int at, Action<byte[]> write) => bytes =>
    {
        if (bytes.Length >= sizeof(uint))
        {
            var word = new byte[sizeof(uint)];
            write(word);
            word.CopyTo(bytes, at % (bytes.Length - sizeof(uint) + 1));
        }

        return bytes;
    };

    private static byte[] Spliced(byte[] bytes, int from, int to) =>
        bytes.Length == 0 ? bytes : [.. bytes[..(from % bytes.Length)], .. bytes[(to % bytes.Length)..]];

    private static byte[] Inserted(byte[] bytes, int at, byte[] added)
    {
        var place = at % (bytes.Length + 1);
        return [.. bytes[..place], .. added, .. bytes[place..]];
    }

    /// <summary>Doubles a short piece many times: nesting and counts grow without the sizes around them.</summary>
    private static byte[] Repeated(byte[] bytes, int at, int times)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        var start = at % bytes.Length;
        var piece = bytes[start..Math.Min(bytes.Length, start + 4)];
        return [.. bytes[..start], .. Enumerable.Repeat(piece, times).SelectMany(copy => copy), .. bytes[start..]];
    }
}

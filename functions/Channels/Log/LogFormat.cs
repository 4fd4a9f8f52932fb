using System.IO.Hashing;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// The frame around heads and segments in the store: two letters, version, body, and a checksum over all before. A
/// reader takes its own version and the next, since processes of both run side by side in every deploy; whatever the
/// next appends to a record it skips.
/// </summary>
internal static class LogFormat
{
    /// <summary>What this process writes.</summary>
    public const byte Version = 1;

    private const byte HighestReadableVersion = Version + 1;
    private const int HeaderBytes = 3;
    private const int ChecksumBytes = 8;

    public static byte[] Frame(ReadOnlySpan<byte> letters, Action<ByteWriter> writeBody)
    {
        var writer = new ByteWriter();
        writer.WriteBytes(letters);
        writer.WriteByte(Version);
        writeBody(writer);
        writer.WriteBytes(XxHash64.Hash(writer.Written));
        return writer.ToArray();
    }

    /// <summary>Opens a frame.</summary>
    /// <exception cref="InvalidDataException">Not of this kind, changed, or of a version that only a newer process
    /// reads.</exception>
    public static ByteReader Open(ReadOnlySpan<byte> letters, ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < HeaderBytes + ChecksumBytes || !span.StartsWith(letters))
        {
            throw new InvalidDataException("The store holds something else where the log should be.");
        }

        if (!XxHash64.Hash(span[..^ChecksumBytes]).AsSpan().SequenceEqual(span[^ChecksumBytes..]))
        {
            throw new InvalidDataException("The checksum of a part of the log does not hold.");
        }

        if (span[2] is 0 or > HighestReadableVersion)
        {
            throw new InvalidDataException($"A part of the log has version {span[2]}; this process reads up to {HighestReadableVersion}.");
        }

        return new ByteReader(bytes[HeaderBytes..^ChecksumBytes]);
    }
}

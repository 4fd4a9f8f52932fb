using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>
/// The files of a journal. <c>journal-N.log</c> holds operations in their order; <c>snapshot-N.log</c> holds the
/// whole state as it was when journal-N began, so that all files with lower numbers are superfluous. Each begins
/// with a magic number and a version; then come frames: length (4 bytes), CRC-32 of length and content (4 bytes),
/// content. A frame of a journal is one operation: it is there as a whole or not at all.
/// </summary>
internal static class JournalFormat
{
    internal const int Version = 1;
    internal const int FileHeaderBytes = 8;
    internal const int FrameHeaderBytes = 8;

    /// <summary>Longer frames are taken for damage; an operation is bounded by the largest batch, far below.</summary>
    internal const int MaxFrameBytes = 512 * 1024 * 1024;

    /// <summary>The file of the snapshot that is being written; it counts only under its final name.</summary>
    internal const string TemporarySuffix = ".tmp";

    private const uint Magic = 0x4253_4753;

    internal static string SegmentName(long number) => FileName("journal", number);

    internal static string SnapshotName(long number) => FileName("snapshot", number);

    /// <summary>The numbers of the files of one kind in a folder, rising.</summary>
    internal static IReadOnlyList<long> Numbers(string directory, string kind) =>
    [
        .. Directory.EnumerateFiles(directory, $"{kind}-*.log")
            .Select(path => Path.GetFileNameWithoutExtension(path)[(kind.Length + 1)..])
            .Select(text => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture))
            .Order(),
    ];

    internal static byte[] FileHeader()
    {
        var header = new byte[FileHeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), Version);
        return header;
    }

    internal static void RequireHeader(ReadOnlySpan<byte> header, string path)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic)
        {
            throw new InvalidDataException($"'{path}' is not a journal of this emulator.");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        if (version != Version)
        {
            throw new InvalidDataException($"'{path}' has the format version {version}; this emulator reads {Version}.");
        }
    }

    /// <summary>Adds one frame with these records and returns its length.</summary>
    internal static int WriteFrame(ByteBuffer buffer, IEnumerable<BrokerRecord> records)
    {
        var start = buffer.Length;
        buffer.Take(FrameHeaderBytes);
        foreach (var record in records)
        {
            RecordCodec.Write(buffer, record);
        }

        var length = buffer.Length - start - FrameHeaderBytes;
        var frame = buffer.At(start, FrameHeaderBytes + length);
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(frame[..4], frame[FrameHeaderBytes..]));
        return frame.Length;
    }

    internal static uint Checksum(ReadOnlySpan<byte> length, ReadOnlySpan<byte> content)
    {
        var crc = new Crc32();
        crc.Append(length);
        crc.Append(content);
        return crc.GetCurrentHashAsUInt32();
    }

    private static string FileName(string kind, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}-{number:D10}.log");
}

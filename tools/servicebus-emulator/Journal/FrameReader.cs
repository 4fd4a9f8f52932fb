using System.Buffers.Binary;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>Reads the frames of one file up to its end, or to the first that is not whole.</summary>
internal sealed class FrameReader(string path) : IDisposable
{
    private const int BufferBytes = 1024 * 1024;

    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);

    /// <summary>Where the last whole frame ends.</summary>
    internal long GoodBytes { get; private set; }

    /// <summary>The file's length.</summary>
    internal long Length => _file.Length;

    /// <summary>Whether what was read ended before the file did.</summary>
    internal bool IsTorn => GoodBytes < Length;

    internal IEnumerable<IReadOnlyList<BrokerRecord>> ReadFrames()
    {
        var header = new byte[JournalFormat.FileHeaderBytes];
        if (_file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            yield break;
        }

        JournalFormat.RequireHeader(header, path);
        GoodBytes = header.Length;
        while (TryReadFrame(out var content))
        {
            yield return Decode(content);
            GoodBytes += JournalFormat.FrameHeaderBytes + content.Length;
        }
    }

    public void Dispose() => _file.Dispose();

    private static List<BrokerRecord> Decode(byte[] content)
    {
        var reader = new ByteReader(content);
        var records = new List<BrokerRecord>();
        while (!reader.IsAtEnd)
        {
            records.Add(RecordCodec.Read(ref reader));
        }

        return records;
    }

    private bool TryReadFrame(out byte[] content)
    {
        content = [];
        var header = new byte[JournalFormat.FrameHeaderBytes];
        if (_file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > JournalFormat.MaxFrameBytes || length > _file.Length - _file.Position)
        {
            return false;
        }

        content = new byte[length];
        _file.ReadExactly(content);
        var checksum = JournalFormat.Checksum(header.AsSpan(0, 4), content);
        return checksum == BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
    }
}

using Microsoft.Win32.SafeHandles;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>The journal file that is written to, and the lock on the folder. Used by one thread at a time.</summary>
internal sealed class SegmentFile : IDisposable
{
    private const string LockName = "journal.lock";

    private readonly string _directory;
    private readonly FileStream _lock;
    private SafeFileHandle? _file;
    private long _number;
    private long _offset;

    private SegmentFile(string directory, FileStream held)
    {
        _directory = directory;
        _lock = held;
    }

    /// <summary>Takes the folder; throws <see cref="IOException"/> when somebody has it.</summary>
    internal static SegmentFile Lock(string directory)
    {
        Directory.CreateDirectory(directory);
        var held = new FileStream(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        return new SegmentFile(directory, held);
    }

    /// <summary>Goes on with a file that was read up to <paramref name="goodBytes"/>; what lies behind is cut.</summary>
    internal void Open(long number, long goodBytes)
    {
        _number = number;
        _file = File.OpenHandle(
            PathOf(number), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, FileOptions.None);
        RandomAccess.SetLength(_file, goodBytes);
        _offset = goodBytes;
        if (goodBytes == 0)
        {
            WriteHeader();
        }

        RandomAccess.FlushToDisk(_file);
        DirectorySync.Flush(_directory);
    }

    internal void Write(ReadOnlyMemory<byte> bytes, JournalFlush flush)
    {
        RandomAccess.Write(_file!, bytes.Span, _offset);
        if (flush == JournalFlush.Disk)
        {
            RandomAccess.FlushToDisk(_file!);
        }

        _offset += bytes.Length;
    }

    /// <summary>Ends the file, on the disk, and begins the next; returns its number.</summary>
    internal long BeginNext()
    {
        RandomAccess.FlushToDisk(_file!);
        _file!.Dispose();
        Open(_number + 1, 0);
        return _number;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _lock.Dispose();
    }

    private void WriteHeader()
    {
        RandomAccess.Write(_file!, JournalFormat.FileHeader(), 0);
        _offset = JournalFormat.FileHeaderBytes;
    }

    private string PathOf(long number) => Path.Combine(_directory, JournalFormat.SegmentName(number));
}

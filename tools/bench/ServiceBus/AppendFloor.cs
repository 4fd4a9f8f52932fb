using Microsoft.Win32.SafeHandles;
using ServerlessGateway.Bench.Harness;

namespace ServerlessGateway.Bench.ServiceBus;

/// <summary>
/// What the disk alone would do: records appended to one file, each writer waiting until its record is on the disk,
/// records that come while a sync is under way sharing the next. No protocol, no queue, no index: whatever keeps
/// accepted messages through a loss of power has to do at least this.
/// </summary>
internal sealed class AppendFloor : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _file;
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly Thread _thread;
    private List<Record> _gathering = [];
    private bool _isStopping;

    public AppendFloor(string path)
    {
        _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        _thread = new Thread(Write) { IsBackground = true, Name = "floor" };
        _thread.Start();
    }

    /// <summary>Appends a record; done when it is on the disk.</summary>
    public Task AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        var record = new Record(bytes);
        lock (_gate)
        {
            _gathering.Add(record);
        }

        _waiting.Release();
        return record.Done.Task;
    }

    /// <summary>So many writers at once append records of so many bytes, each worth so many units.</summary>
    public Func<LoadRecorder, CancellationToken, Task> Writers(int writers, int bytes, int units) =>
        (recorder, cancellationToken) =>
        {
            var record = new byte[bytes];
            return Workers.RunAsync(
                writers,
                async _ =>
                {
                    var began = recorder.Now;
                    await AppendAsync(record);
                    recorder.Done(began, units);
                },
                cancellationToken);
        };

    /// <summary>Ends the thread; nobody may be appending any more.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _isStopping, true);
        _waiting.Release();
        _thread.Join();
        _file.Dispose();
        _waiting.Dispose();
    }

    private void Write()
    {
        var offset = 0L;
        while (true)
        {
            _waiting.Wait();
            if (Volatile.Read(ref _isStopping))
            {
                return;
            }

            List<Record> group;
            lock (_gate)
            {
                group = _gathering;
                _gathering = [];
            }

            if (group.Count == 0)
            {
                // Its records went with an earlier group.
                continue;
            }

            RandomAccess.Write(_file, [.. group.Select(record => record.Bytes)], offset);
            RandomAccess.FlushToDisk(_file);
            offset += group.Sum(record => (long)record.Bytes.Length);
            group.ForEach(record => record.Done.SetResult());
        }
    }

    private sealed record Record(ReadOnlyMemory<byte> Bytes)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

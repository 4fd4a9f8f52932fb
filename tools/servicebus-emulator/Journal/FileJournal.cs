using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>
/// Writes operations to files, grouped: while one group is being written and flushed, the next gathers; a flush
/// costs the same for one operation as for a thousand. One thread writes; it tells the broker how far it got from
/// another thread, so that what the broker does then and the next flush go side by side.
/// </summary>
internal sealed class FileJournal : IBrokerJournal, IAsyncDisposable
{
    /// <summary>A buffer that grew beyond this is not kept for the next group.</summary>
    private const int KeptBufferBytes = 4 * 1024 * 1024;

    /// <summary>A journal up to this size is written anew in a moment, whatever it saves.</summary>
    private const long CheapBytes = 16 * 1024 * 1024;

    private readonly object _gate = new();
    private readonly JournalOptions _options;
    private readonly SegmentFile _segment;
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _writer;
    private Queue<Group> _groups = new();
    private Group _gathering;
    private ByteBuffer? _spare;
    private IJournalObserver? _observer;
    private Task _snapshot = Task.CompletedTask;
    private long _position;

    /// <summary>The last position that is durable; the writer's own.</summary>
    private long _written;
    private long _pendingBytes;
    private long _logBytes;
    private long _snapshotBytes;
    private bool _isSnapshotting;
    private bool _isStopping;

    internal FileJournal(JournalOptions options, SegmentFile segment, long logBytes, long snapshotBytes)
    {
        _options = options;
        _segment = segment;
        _logBytes = logBytes;
        _snapshotBytes = snapshotBytes;
        _gathering = new Group(new ByteBuffer(64 * 1024));
        _writer = new Thread(Write) { IsBackground = true, Name = "journal" };
    }

    /// <summary>How often something was written and synced; operations that came together share one.</summary>
    internal long Flushes { get; private set; }

    /// <summary>Completes when nothing can be written any more.</summary>
    internal Task<Exception> Failed => _failed.Task;

    public bool IsBusy => Interlocked.Read(ref _pendingBytes) > _options.MaxPendingBytes;

    public bool WantsSnapshot(long heldBytes)
    {
        lock (_gate)
        {
            // Where all that was written is still held, a snapshot would write it once more and save nothing.
            var all = _logBytes + _snapshotBytes;
            return !_isSnapshotting
                && _logBytes > Math.Max(_options.CompactAtBytes, 2 * _snapshotBytes)
                && (all > heldBytes || all < CheapBytes);
        }
    }

    public void Attach(IJournalObserver observer)
    {
        _observer = observer;
        _writer.Start();
    }

    public long Append(IReadOnlyList<BrokerRecord> operation)
    {
        lock (_gate)
        {
            var bytes = JournalFormat.WriteFrame(_gathering.Buffer, operation);
            _gathering.LastPosition = ++_position;
            _logBytes += bytes;
            Interlocked.Add(ref _pendingBytes, bytes);
            Monitor.Pulse(_gate);
            return _position;
        }
    }

    public void BeginSnapshot(IReadOnlyList<BrokerRecord> state)
    {
        lock (_gate)
        {
            _isSnapshotting = true;
            _logBytes = 0;
            _gathering.Snapshot = state;
            Seal();
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Done when everything appended so far is durable and its observer knows, and no snapshot is under way.</summary>
    internal async Task FlushAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_failed.Task.IsCompleted || _isStopping)
            {
                return;
            }

            _gathering.Flushed = done;
            Seal();
            Monitor.Pulse(_gate);
        }

        await Task.WhenAny(done.Task, _stopped.Task);
        await _snapshot;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        if (_observer is not null)
        {
            await _stopped.Task;
            await _snapshot;
        }

        _segment.Dispose();
    }

    /// <summary>Ends the group that gathers and begins another.</summary>
    private void Seal()
    {
        _groups.Enqueue(_gathering);
        _gathering = new Group(_spare ?? new ByteBuffer(64 * 1024));
        _spare = null;
    }

    private void Write()
    {
        try
        {
            while (TryTakeGroups(out var groups))
            {
                foreach (var group in groups)
                {
                    WriteGroup(group);
                }
            }
        }
        catch (Exception failure)
        {
            Fail(failure);
        }

        _stopped.SetResult();
    }

    private bool TryTakeGroups(out Queue<Group> groups)
    {
        lock (_gate)
        {
            while (_groups.Count == 0 && _gathering.IsEmpty && !_isStopping)
            {
                Monitor.Wait(_gate);
            }

            if (!_gathering.IsEmpty)
            {
                Seal();
            }

            groups = _groups;
            _groups = new Queue<Group>();
            return groups.Count > 0;
        }
    }

    private void WriteGroup(Group group)
    {
        if (group.Buffer.Length > 0)
        {
            _segment.Write(group.Buffer.Written, _options.Flush);
            Flushes++;
            Interlocked.Add(ref _pendingBytes, -group.Buffer.Length);
            _written = group.LastPosition;
            Tell(_written);
        }

        if (group.Snapshot is { } state)
        {
            var number = _segment.BeginNext();
            _snapshot = Task.Run(() => WriteSnapshot(number, state));
        }

        if (group.Flushed is { } flushed)
        {
            // Whoever waits for the flush counts on the broker knowing of it, earlier notices included.
            _observer!.OnDurable(_written);
            flushed.SetResult();
        }

        Recycle(group.Buffer);
    }

    /// <summary>Positions only rise, so a notice that comes late, or after a later one, changes nothing.</summary>
    private void Tell(long position) => ThreadPool.UnsafeQueueUserWorkItem(
        static told => told.Observer.OnDurable(told.Position), (Observer: _observer!, Position: position), false);

    private void WriteSnapshot(long number, IReadOnlyList<BrokerRecord> state)
    {
        try
        {
            var bytes = SnapshotWriter.Write(_options.Directory, number, state);
            lock (_gate)
            {
                _snapshotBytes = bytes;
                _isSnapshotting = false;
            }
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    private void Fail(Exception failure)
    {
        if (_failed.TrySetResult(failure))
        {
            _observer!.OnFailed(failure);
        }
    }

    private void Recycle(ByteBuffer buffer)
    {
        if (buffer.Capacity <= KeptBufferBytes)
        {
            buffer.Clear();
            lock (_gate)
            {
                _spare = buffer;
            }
        }
    }

    /// <summary>Operations that share one flush.</summary>
    private sealed class Group(ByteBuffer buffer)
    {
        internal ByteBuffer Buffer { get; } = buffer;

        internal long LastPosition { get; set; }

        /// <summary>The state as of the end of this group; after it a new file begins.</summary>
        internal IReadOnlyList<BrokerRecord>? Snapshot { get; set; }

        internal TaskCompletionSource? Flushed { get; set; }

        internal bool IsEmpty => Buffer.Length == 0 && Snapshot is null && Flushed is null;
    }
}

namespace ServerlessGateway.Contract.SampleApp;

/// <summary>What the functions did, in order, for a test to wait for and to read.</summary>
internal sealed class EventLog
{
    private readonly Lock _lock = new();
    private readonly List<LogEntry> _entries = [];
    private TaskCompletionSource _changed = New();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public void Add(string name, string text = "")
    {
        lock (_lock)
        {
            _entries.Add(new LogEntry(_entries.Count, name, text));
            _changed.SetResult();
            _changed = New();
        }
    }

    /// <summary>Waits until there is an entry at this index, then returns it and all that follow.</summary>
    public async Task<IReadOnlyList<LogEntry>> ReadAsync(int from, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (from < _entries.Count)
                {
                    return _entries[from..];
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed record LogEntry(int Index, string Name, string Text);

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Where a message can be found.</summary>
[Flags]
internal enum Places
{
    None = 0,
    Nowhere = 1,
    Queue = 2,
    Deferred = 4,
    Scheduled = 8,
    DeadLetters = 16,
}

/// <summary>
/// What a client may expect to find after a crash. What was acknowledged has happened; what was under way has happened
/// or has not, and whichever was found once stays so.
/// </summary>
internal sealed class CrashModel
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Expected> _messages = new(StringComparer.Ordinal);
    private readonly List<string[]> _openBatches = [];
    private readonly Dictionary<string, (byte Acknowledged, byte UnderWay)> _states = new(StringComparer.Ordinal);
    private int _acknowledged;
    private (int Count, TaskCompletionSource Reached)? _awaited;

    /// <summary>Acknowledgements of all kinds so far.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Ends when so many acknowledgements have come.</summary>
    public Task ReachedAsync(int acknowledged)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = (acknowledged, reached);
            return reached.Task;
        }
    }

    /// <summary>Messages that were acknowledged, by where they are now.</summary>
    public int Count(Places place)
    {
        lock (_gate)
        {
            return _messages.Values.Count(expected => expected.Allowed == place);
        }
    }

    /// <summary>Messages are about to be sent in one transfer: all of them will be there, or none.</summary>
    public void Sending(string[] ids, Places place)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                _messages.Add(id, new Expected { Allowed = Places.Nowhere | place });
            }

            _openBatches.Add(ids);
        }
    }

    public void Sent(string[] ids, Places place)
    {
        lock (_gate)
        {
            foreach (var expected in ids.Select(id => _messages[id]).Where(expected => !expected.IsSettling))
            {
                expected.Allowed = place;
            }

            _openBatches.Remove(ids);
        }

        Acknowledge();
    }

    /// <summary>Somebody who holds the message asks for it to go elsewhere.</summary>
    public void Moving(string id, Places from, Places to)
    {
        lock (_gate)
        {
            _messages[id].Allowed = from | to;
            _messages[id].IsSettling = true;
        }
    }

    public void Moved(string id, Places to)
    {
        lock (_gate)
        {
            _messages[id].Allowed = to;
        }

        Acknowledge();
    }

    public void SettingState(string session, byte value)
    {
        lock (_gate)
        {
            _states[session] = (_states.GetValueOrDefault(session).Acknowledged, value);
        }
    }

    public void StateSet(string session, byte value)
    {
        lock (_gate)
        {
            _states[session] = (value, value);
        }

        Acknowledge();
    }

    /// <summary>Compares what is there with what may be there; from then on it is what has to be there.</summary>
    public void Check(IReadOnlyList<(string Id, Places Place)> found)
    {
        var places = found.ToLookup(item => item.Id, item => item.Place);
        Assert.All(places, group => Assert.True(_messages.ContainsKey(group.Key), $"{group.Key} was never sent."));
        foreach (var (id, expected) in _messages)
        {
            var at = places[id].DefaultIfEmpty(Places.Nowhere).ToArray();
            Assert.True(at.Length == 1, $"{id} is there {at.Length} times: {string.Join(", ", at)}.");
            Assert.True(expected.Allowed.HasFlag(at[0]), $"{id} is in {at[0]}; it has to be in {expected.Allowed}.");
        }

        foreach (var batch in _openBatches.Where(batch => batch.All(id => !_messages[id].IsSettling)))
        {
            var there = batch.Count(id => places[id].Any());
            Assert.True(there == 0 || there == batch.Length, $"{there} of the {batch.Length} messages from {batch[0]} on are there.");
        }

        _openBatches.Clear();
        foreach (var (id, expected) in _messages)
        {
            (expected.Allowed, expected.IsSettling) = (places[id].DefaultIfEmpty(Places.Nowhere).Single(), false);
        }
    }

    /// <summary>The same for the state of a session; 0 stands for none.</summary>
    public void CheckState(string session, byte found)
    {
        var (acknowledged, underWay) = _states.GetValueOrDefault(session);
        Assert.True(found == acknowledged || found == underWay, $"Session {session} has state {found}, not {acknowledged} or {underWay}.");
        _states[session] = (found, found);
    }

    private void Acknowledge()
    {
        lock (_gate)
        {
            _acknowledged++;
            if (_awaited is { } awaited && _acknowledged >= awaited.Count)
            {
                awaited.Reached.TrySetResult();
            }
        }
    }

    private sealed class Expected
    {
        public Places Allowed { get; set; }

        /// <summary>Whether a receiver had it: then it was there, whatever its sender was told.</summary>
        public bool IsSettling { get; set; }
    }
}

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// The message ids that an entity accepted within its window. Bounded by count too: beyond it the oldest leave
/// early, since forgetting an old id is better than refusing new messages.
/// </summary>
internal sealed class DuplicateHistory(TimeSpan window, int maxCount)
{
    private readonly Dictionary<string, DateTimeOffset> _times = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, DateTimeOffset Time)> _order = new();

    /// <summary>The ids remembered and when each was accepted, oldest first.</summary>
    internal IEnumerable<(string Id, DateTimeOffset Time)> Entries =>
        _order.Where(entry => _times.TryGetValue(entry.Id, out var time) && time == entry.Time);

    internal bool Contains(string id, DateTimeOffset now)
    {
        DropOld(now);
        return _times.ContainsKey(id);
    }

    internal void Remember(string id, DateTimeOffset time)
    {
        if (_times.TryAdd(id, time))
        {
            _order.Enqueue((id, time));
            if (_order.Count > maxCount)
            {
                DropOldest();
            }
        }
    }

    /// <summary>Takes back what a send remembered that was refused after all. The order's entry goes stale.</summary>
    internal void Forget(string id) => _times.Remove(id);

    private void DropOld(DateTimeOffset now)
    {
        while (_order.TryPeek(out var oldest) && oldest.Time <= now - window)
        {
            DropOldest();
        }
    }

    private void DropOldest()
    {
        var (id, time) = _order.Dequeue();
        if (_times.TryGetValue(id, out var current) && current == time)
        {
            _times.Remove(id);
        }
    }
}

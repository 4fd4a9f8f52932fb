namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// The message ids that an entity accepted within its window. Bounded by count too: beyond it the oldest leave
/// early, since forgetting an old id is better than refusing new messages.
/// </summary>
internal sealed class DuplicateHistory(TimeSpan window, int maxCount)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, DateTimeOffset Time)> _order = new();

    /// <summary>The ids remembered and when each was accepted, oldest first.</summary>
    internal IEnumerable<(string Id, DateTimeOffset Time)> Entries => _order;

    internal bool Contains(string id, DateTimeOffset now)
    {
        DropOld(now);
        return _ids.Contains(id);
    }

    internal void Remember(string id, DateTimeOffset time)
    {
        if (_ids.Add(id))
        {
            _order.Enqueue((id, time));
            if (_order.Count > maxCount)
            {
                DropOldest();
            }
        }
    }

    private void DropOld(DateTimeOffset now)
    {
        while (_order.TryPeek(out var oldest) && oldest.Time <= now - window)
        {
            DropOldest();
        }
    }

    private void DropOldest() => _ids.Remove(_order.Dequeue().Id);
}

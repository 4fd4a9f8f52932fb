namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// All deadlines of the broker in the order in which they fall due; equal times keep the order of arrival, so that
/// a run on a fake clock repeats. Cancelled entries are swept once they outnumber the others, which bounds the
/// queue by twice what is really awaited.
/// </summary>
internal sealed class DeadlineQueue
{
    private const int SweepAt = 1_024;

    private readonly PriorityQueue<Deadline, (long Ticks, long Order)> _queue = new();
    private long _order;
    private int _cancelled;

    internal int Count => _queue.Count;

    internal Deadline Add(DateTimeOffset due, Action<object> action, object state)
    {
        var deadline = new Deadline(due, action, state);
        _queue.Enqueue(deadline, (due.UtcTicks, _order++));
        return deadline;
    }

    internal void Cancel(Deadline? deadline)
    {
        if (deadline?.TryEnd() != true)
        {
            return;
        }

        _cancelled++;
        if (_cancelled > SweepAt && _cancelled > _queue.Count / 2)
        {
            Sweep();
        }
    }

    internal bool TryTakeDue(DateTimeOffset now, out Deadline? deadline)
    {
        DropCancelledHead();
        if (_queue.TryPeek(out deadline, out _) && deadline.Due <= now)
        {
            _queue.Dequeue();
            deadline.TryEnd();
            return true;
        }

        return false;
    }

    internal DateTimeOffset? NextDue()
    {
        DropCancelledHead();
        return _queue.TryPeek(out var deadline, out _) ? deadline.Due : null;
    }

    private void DropCancelledHead()
    {
        while (_queue.TryPeek(out var deadline, out _) && deadline.IsOver)
        {
            _queue.Dequeue();
            _cancelled--;
        }
    }

    private void Sweep()
    {
        var open = _queue.UnorderedItems.Where(item => !item.Element.IsOver).ToArray();
        _queue.Clear();
        _queue.EnqueueRange(open);
        _cancelled = 0;
    }
}

using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>What a queue with sessions should do, in the plainest form.</summary>
internal sealed class SessionModel(int maxDeliveryCount, TimeSpan lockDuration)
{
    private readonly SortedDictionary<long, Message> _messages = [];
    private readonly SortedSet<long> _deadLetters = [];
    private readonly List<Lease> _leases = [];
    private readonly List<string> _line = [];
    private long _lastNumber;
    private int _stamp;

    internal IEnumerable<(long Number, int Count, bool IsDeferred)> Kept =>
        _messages.Values.Select(message => (message.Number, message.Count, message.IsDeferred));

    internal IEnumerable<long> DeadLetters => _deadLetters;

    internal int LockedCount => _messages.Values.Count(message => message.Holder is not null);

    internal void Send(string session, int count)
    {
        for (var index = 0; index < count; index++)
        {
            var message = new Message(++_lastNumber, session);
            _messages.Add(message.Number, message);
        }

        LineUp(session);
    }

    internal Lease? Accept(string session, DateTimeOffset now)
    {
        if (_leases.Exists(lease => lease.Session == session))
        {
            return null;
        }

        _line.Remove(session);
        var lease = new Lease(session) { End = now + lockDuration, Stamp = _stamp++ };
        _leases.Add(lease);
        return lease;
    }

    internal Lease? AcceptNext(DateTimeOffset now) => _line.Count == 0 ? null : Accept(_line[0], now);

    internal List<(long Number, int Count)> Receive(Lease lease, int count)
    {
        if (!_leases.Contains(lease))
        {
            return [];
        }

        var taken = Available(lease.Session).Take(count).ToList();
        taken.ForEach(message => message.Holder = lease);
        return taken.ConvertAll(message => (message.Number, message.Count));
    }

    /// <summary>The count tells this delivery from later ones of the same message.</summary>
    internal bool Settle(Lease lease, long number, int count, Settlement settlement)
    {
        if (!_leases.Contains(lease) || !_messages.TryGetValue(number, out var message)
            || message.Holder != lease || message.Count != count)
        {
            return false;
        }

        message.Holder = null;
        switch (settlement)
        {
            case Settlement.Complete:
                _messages.Remove(number);
                break;
            case Settlement.Defer:
                message.IsDeferred = true;
                break;
            case Settlement.DeadLetter:
                Bury(message);
                break;
            default:
                Fail(message);
                break;
        }

        return true;
    }

    internal bool Renew(Lease lease, DateTimeOffset now)
    {
        if (!_leases.Contains(lease))
        {
            return false;
        }

        lease.End = now + lockDuration;
        lease.Stamp = _stamp++;
        return true;
    }

    internal void Release(Lease lease)
    {
        if (_leases.Remove(lease))
        {
            foreach (var message in HeldBy(lease))
            {
                message.Holder = null;
            }

            LineUp(lease.Session);
        }
    }

    internal void AdvanceTo(DateTimeOffset now)
    {
        foreach (var lease in _leases.Where(lease => lease.End <= now).OrderBy(lease => (lease.End, lease.Stamp)).ToArray())
        {
            _leases.Remove(lease);
            foreach (var message in HeldBy(lease))
            {
                message.Holder = null;
                Fail(message);
            }

            LineUp(lease.Session);
        }
    }

    private List<Message> HeldBy(Lease lease) => [.. _messages.Values.Where(message => message.Holder == lease)];

    private IEnumerable<Message> Available(string session) => _messages.Values.Where(message =>
        message.Session == session && message.Holder is null && !message.IsDeferred);

    private void LineUp(string session)
    {
        if (!_leases.Exists(lease => lease.Session == session) && !_line.Contains(session) && Available(session).Any())
        {
            _line.Add(session);
        }
    }

    private void Fail(Message message)
    {
        message.Count++;
        if (message.Count >= maxDeliveryCount)
        {
            Bury(message);
        }
    }

    private void Bury(Message message)
    {
        _messages.Remove(message.Number);
        _deadLetters.Add(message.Number);
    }

    internal sealed class Lease(string session)
    {
        internal string Session { get; } = session;

        internal DateTimeOffset End { get; set; }

        internal int Stamp { get; set; }
    }

    private sealed class Message(long number, string session)
    {
        internal long Number { get; } = number;

        internal string Session { get; } = session;

        internal int Count { get; set; }

        internal bool IsDeferred { get; set; }

        internal Lease? Holder { get; set; }
    }
}

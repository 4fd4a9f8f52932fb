namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A queue without sessions: receivers that have a grant are served in turn, one message each.</summary>
internal sealed class OpenDistribution : Distribution
{
    private readonly AvailableMessages _available = new();

    /// <summary>Receivers that may have a grant, in the order of their turns.</summary>
    private readonly LinkedList<MessageReceiver> _waiting = new();
    private readonly List<MessageReceiver> _receivers = [];

    internal int ReceiverCount => _receivers.Count;

    internal override void Add(StoredMessage message)
    {
        _available.Add(message);
        Dispatch();
    }

    internal override void Forget(StoredMessage message) => _available.Forget(message);

    internal void Opened(MessageReceiver receiver) => _receivers.Add(receiver);

    internal void Closed(MessageReceiver receiver)
    {
        _receivers.Remove(receiver);
        StepOut(receiver);
    }

    /// <summary>A receiver may have a new grant.</summary>
    internal void Granted(MessageReceiver receiver)
    {
        if (receiver.Place is null && receiver.WantsMore)
        {
            receiver.Place = _waiting.AddLast(receiver);
            Dispatch();
        }
    }

    internal override void Close(BrokerError reason)
    {
        foreach (var receiver in _receivers.ToArray())
        {
            receiver.End(reason);
        }

        _receivers.Clear();
    }

    private void Dispatch()
    {
        while (_waiting.First?.Value is { } receiver)
        {
            if (!receiver.WantsMore)
            {
                StepOut(receiver);
                continue;
            }

            if (!_available.TryTake(out var message))
            {
                return;
            }

            // To the end of the line, with whatever grant it has left.
            StepOut(receiver);
            receiver.Place = _waiting.AddLast(receiver);
            receiver.Hand(message!);
        }
    }

    private void StepOut(MessageReceiver receiver)
    {
        if (receiver.Place is { } place)
        {
            _waiting.Remove(place);
            receiver.Place = null;
        }
    }
}

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>A queue without sessions: receivers that have a grant are served in turn, one message each.</summary>
internal sealed class OpenDistribution : Distribution
{
    private readonly AvailableMessages _available = new();
    private readonly Queue<MessageReceiver> _waiting = new();
    private readonly List<MessageReceiver> _receivers = [];

    internal int ReceiverCount => _receivers.Count;

    internal override void Add(StoredMessage message)
    {
        _available.Add(message);
        Dispatch();
    }

    internal override void Forget(StoredMessage message) => _available.Forget(message);

    internal void Opened(MessageReceiver receiver) => _receivers.Add(receiver);

    internal void Closed(MessageReceiver receiver) => _receivers.Remove(receiver);

    /// <summary>A receiver may have a new grant.</summary>
    internal void Granted(MessageReceiver receiver)
    {
        if (receiver.IsWaiting || !receiver.WantsMore)
        {
            return;
        }

        receiver.IsWaiting = true;
        _waiting.Enqueue(receiver);
        Dispatch();
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
        while (_waiting.TryPeek(out var receiver))
        {
            if (!receiver.WantsMore)
            {
                _waiting.Dequeue();
                receiver.IsWaiting = false;
                continue;
            }

            if (!_available.TryTake(out var message))
            {
                return;
            }

            _waiting.Dequeue();
            _waiting.Enqueue(receiver);
            receiver.Hand(message!);
        }
    }
}

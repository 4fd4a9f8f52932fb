using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Which channels of the message in hand are done, by session.
/// Problem: an envelope may touch hundreds of channels. While the store is slow they do not all fit into one hold, and a
/// redelivery that sends the first ones again each time never reaches the last.
/// Idea: what this process has committed and sent, or put under repair, stays so; the next delivery goes on behind it.
/// Limits: memory only, one message a session; another process begins anew and comes as far by itself.
/// </summary>
internal sealed class EnvelopeProgress
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Done> _bySession = [];

    /// <summary>What is done of a message; empty where it is new.</summary>
    public Done Of(IngressMessage message)
    {
        lock (_lock)
        {
            if (!_bySession.TryGetValue(message.Session, out var done) || !done.IsOf(message))
            {
                _bySession[message.Session] = done = new Done(message.MessageId, message.SequenceNumber);
            }

            return done;
        }
    }

    /// <summary>The message is settled, or as good as.</summary>
    public void Forget(IngressMessage message)
    {
        lock (_lock)
        {
            _bySession.Remove(message.Session);
        }
    }

    /// <summary>The channels of one message that are done.</summary>
    internal sealed class Done(string messageId, long sequenceNumber)
    {
        private readonly Lock _lock = new();
        private readonly HashSet<ChannelName> _channels = [];
        private int _tombstone;

        /// <summary>The code of a message in them that can never be delivered; 0 where all can.</summary>
        public int Tombstone
        {
            get
            {
                lock (_lock)
                {
                    return _tombstone;
                }
            }
        }

        public bool IsOf(IngressMessage message) =>
            message.MessageId == messageId && message.SequenceNumber == sequenceNumber;

        public bool Holds(ChannelName channel)
        {
            lock (_lock)
            {
                return _channels.Contains(channel);
            }
        }

        public void Add(CommittedPart part)
        {
            lock (_lock)
            {
                _channels.Add(part.Channel);
                _tombstone = part.Tombstone != 0 ? part.Tombstone : _tombstone;
            }
        }
    }
}

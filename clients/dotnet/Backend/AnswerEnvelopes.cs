using System.Security.Cryptography;
using System.Text;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backend;

/// <summary>
/// Makes the Service Bus messages of an event's answers (P7). The publisher is the backend with the source's channel
/// and epoch, the number rises with the source's offset, and the envelope's id follows from the event: whoever handles
/// the event again, in whatever process, makes the same, and the gateway drops what it knows.
/// </summary>
internal sealed class AnswerEnvelopes(string backend, EventSource source)
{
    private readonly Dictionary<int, EnvelopeBuilder> _open = [];
    private readonly List<ServiceBusMessage> _messages = [];

    /// <summary>Adds the answers to one message of the event.</summary>
    public void Add(long offset, Answers answers)
    {
        var key = source.IsResubmitted
            ? PublisherKey.OfResubmittedEvent(backend, source.Channel, source.Epoch, offset)
            : PublisherKey.OfBackend(backend, source.Channel, source.Epoch);

        // A resubmitted event has a publisher of its own; its numbers only have to rise.
        var first = source.IsResubmitted ? 1 : offset * Answers.MaxPerMessage;
        for (var index = 0; index < answers.Items.Count; index++)
        {
            var (channel, data) = answers.Items[index];
            Add(new Publication(channel, key, key.ToString(), $"$backend/{backend}", first + index, data));
        }
    }

    /// <summary>What to send, in this order.</summary>
    public IReadOnlyList<ServiceBusMessage> Build()
    {
        foreach (var (shard, builder) in _open.OrderBy(open => open.Key))
        {
            _messages.Add(MessageOf(shard, builder));
        }

        _open.Clear();
        return _messages;
    }

    private void Add(Publication publication)
    {
        var shard = Shards.Of(publication.Channel, source.Shards);
        if (!_open.TryGetValue(shard, out var builder))
        {
            _open.Add(shard, builder = new EnvelopeBuilder());
        }

        if (!builder.TryAdd(publication))
        {
            _messages.Add(MessageOf(shard, builder));
            _open[shard] = builder = new EnvelopeBuilder();
            builder.TryAdd(publication);
        }
    }

    private ServiceBusMessage MessageOf(int shard, EnvelopeBuilder builder)
    {
        var identity = FormattableString.Invariant(
            $"{backend}\0{source.Channel}\0{source.Epoch}\0{source.LastOffset}\0{source.IsResubmitted}\0{_messages.Count}\0{shard}");
        var envelope = builder.Build(
            new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16), bigEndian: true));
        return new ServiceBusMessage(EnvelopeCodec.Encode(envelope))
        {
            MessageId = envelope.Id.ToString("N"),
            SessionId = Shards.SessionId(source.Generation, shard),
            Subject = Envelope.Subject,
            ApplicationProperties = { [Envelope.ChannelsProperty] = EnvelopeCodec.DescribeChannels(envelope) },
        };
    }
}

/// <summary>The event that is answered.</summary>
/// <param name="Channel">Its channel.</param>
/// <param name="Epoch">The epoch of its offsets.</param>
/// <param name="LastOffset">Its last offset: with the two above, its identity.</param>
/// <param name="Generation">The generation of the ingress sessions.</param>
/// <param name="Shards">How many there are.</param>
/// <param name="IsResubmitted">True where it was sent again from the dead letters.</param>
internal sealed record EventSource(
    ChannelName Channel, string Epoch, long LastOffset, int Generation, int Shards, bool IsResubmitted);

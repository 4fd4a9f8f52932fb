using Amqp.Framing;
using Amqp.Types;
using Azure.Messaging.ServiceBus;
using AmqpMessage = Amqp.Message;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>Messages in one envelope: each is encoded on its own and becomes one data section.</summary>
internal sealed class MessageBatch(long maxBytes)
{
    /// <summary>The message format by which the broker knows an envelope.</summary>
    public const uint EnvelopeFormat = 0x80013700;

    /// <summary>A data section says what it is and how long: eight bytes, or five for short ones.</summary>
    private const int SectionBytes = 8;

    /// <summary>The properties of the envelope itself, at their longest ids.</summary>
    private const int EnvelopeBytes = 512;

    private readonly List<ServiceBusMessage> _messages = [];

    public IReadOnlyList<ServiceBusMessage> Messages => _messages;

    public long MaxBytes { get; } = maxBytes;

    public long Bytes { get; private set; } = EnvelopeBytes;

    public bool TryAdd(ServiceBusMessage message)
    {
        var bytes = MessageCodec.Encode(message.Content).Length + SectionBytes;
        if (Bytes + bytes > MaxBytes)
        {
            return false;
        }

        Bytes += bytes;
        _messages.Add(message);
        return true;
    }

    public void Clear()
    {
        _messages.Clear();
        Bytes = EnvelopeBytes;
    }

    /// <summary>One message as it is; several in an envelope that says what the first one says of its place.</summary>
    public static (ReadOnlyMemory<byte> Encoded, uint Format) Encode(IReadOnlyList<ServiceBusMessage> messages)
    {
        if (messages.Count == 1)
        {
            return (MessageCodec.Encode(messages[0].Content), 0);
        }

        var sections = new DataList();
        foreach (var message in messages)
        {
            sections.Add(new Data { Binary = MessageCodec.Encode(message.Content).ToArray() });
        }

        var encoded = Envelope(messages[0], sections).Encode();
        return (encoded.Buffer.AsMemory(encoded.Offset, encoded.Length), EnvelopeFormat);
    }

    private static AmqpMessage Envelope(ServiceBusMessage first, DataList sections)
    {
        var envelope = new AmqpMessage { BodySection = sections, Properties = new Properties() };
        if (first.MessageId is { } messageId)
        {
            envelope.Properties.MessageId = messageId;
        }

        if (first.SessionId is { } sessionId)
        {
            envelope.Properties.GroupId = sessionId;
        }

        if (first.PartitionKey is { } partitionKey)
        {
            envelope.MessageAnnotations = new MessageAnnotations { [new Symbol(Annotation.PartitionKey)] = partitionKey };
        }

        return envelope;
    }
}

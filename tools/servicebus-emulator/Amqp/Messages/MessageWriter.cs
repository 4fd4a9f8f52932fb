using Amqp;
using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Encodes messages for receivers: the sender's sections with what the broker knows put in their place.</summary>
internal static class MessageWriter
{
    /// <summary>The sections of a message as a receiver gets them.</summary>
    /// <param name="snapshot">The message.</param>
    /// <param name="lockedUntil">The end of its lock, where it is locked.</param>
    /// <param name="lockToken">The lock token, where it does not travel as the delivery tag.</param>
    public static byte[] Write(MessageSnapshot snapshot, DateTimeOffset? lockedUntil, Guid? lockToken = null)
    {
        var payload = snapshot.Message.Payload;
        var sections = MessageSections.Find(payload.Span);
        var buffer = new ByteBuffer(payload.Length + 256, autoGrow: true);

        HeaderOf(snapshot, MessageReader.Section<Header>(payload, sections.Header)).Encode(buffer);
        if (lockToken is { } token)
        {
            var delivery = new DeliveryAnnotations();
            delivery.Map[ServiceBusSymbols.LockToken] = token;
            delivery.Encode(buffer);
        }

        AnnotationsOf(snapshot, lockedUntil, payload, sections.MessageAnnotations).Encode(buffer);
        Append(buffer, payload, sections.Properties);
        AppendApplicationProperties(buffer, snapshot, payload, sections.ApplicationProperties);
        Append(buffer, payload, sections.BodyAndFooter);
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }

    public static void Append(ByteBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        buffer.ValidateWrite(bytes.Length);
        bytes.CopyTo(buffer.Buffer.AsSpan(buffer.WritePos));
        buffer.Append(bytes.Length);
    }

    private static void Append(ByteBuffer buffer, ReadOnlyMemory<byte> payload, Range? section)
    {
        if (section is { } range)
        {
            Append(buffer, payload.Span[range]);
        }
    }

    private static Header HeaderOf(MessageSnapshot snapshot, Header? sent)
    {
        var header = sent ?? new Header();
        header.DeliveryCount = (uint)snapshot.DeliveryCount;
        if (snapshot.ExpiresAt != DateTimeOffset.MaxValue)
        {
            var milliseconds = (snapshot.ExpiresAt - snapshot.EnqueuedTime).TotalMilliseconds;
            header.Ttl = (uint)Math.Clamp(milliseconds, 0, uint.MaxValue);
        }

        return header;
    }

    private static MessageAnnotations AnnotationsOf(
        MessageSnapshot snapshot, DateTimeOffset? lockedUntil, ReadOnlyMemory<byte> payload, Range? sent)
    {
        var annotations = MessageReader.Section<MessageAnnotations>(payload, sent) ?? new MessageAnnotations();
        var map = annotations.Map;
        map[ServiceBusSymbols.SequenceNumber] = snapshot.SequenceNumber;
        map[ServiceBusSymbols.EnqueueSequenceNumber] = snapshot.EnqueuedSequenceNumber;
        map[ServiceBusSymbols.EnqueuedTime] = snapshot.EnqueuedTime.UtcDateTime;
        map[ServiceBusSymbols.MessageState] = (int)snapshot.State;
        if (lockedUntil is { } end)
        {
            map[ServiceBusSymbols.LockedUntil] = end.UtcDateTime;
        }

        if (snapshot.DeadLetterSource is { } source)
        {
            map[ServiceBusSymbols.DeadLetterSource] = source;
        }

        return annotations;
    }

    private static void AppendApplicationProperties(
        ByteBuffer buffer, MessageSnapshot snapshot, ReadOnlyMemory<byte> payload, Range? sent)
    {
        if (snapshot.ModifiedProperties.Count == 0
            && snapshot.DeadLetterReason is null && snapshot.DeadLetterDescription is null)
        {
            Append(buffer, payload, sent);
            return;
        }

        var properties = MessageReader.Section<ApplicationProperties>(payload, sent) ?? new ApplicationProperties();
        foreach (var (name, value) in snapshot.ModifiedProperties)
        {
            properties.Map[name] = PropertyValues.ToWire(value);
        }

        if (snapshot.DeadLetterReason is { } reason)
        {
            properties.Map[ServiceBusSymbols.DeadLetterReason] = reason;
        }

        if (snapshot.DeadLetterDescription is { } description)
        {
            properties.Map[ServiceBusSymbols.DeadLetterDescription] = description;
        }

        properties.Encode(buffer);
    }
}

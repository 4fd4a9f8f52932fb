using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Encodes messages for receivers: the sender's sections with what the broker knows put in their place.
/// </summary>
internal static class MessageWriter
{
    /// <summary>The sections of a message as a receiver gets them.</summary>
    /// <param name="snapshot">The message.</param>
    /// <param name="lockedUntil">The end of its lock, where it is locked.</param>
    /// <param name="lockToken">The lock token, where it does not travel as the delivery tag.</param>
    /// <param name="omitBody">Whether only what stands before the body is wanted.</param>
    public static byte[] Write(
        MessageSnapshot snapshot, DateTimeOffset? lockedUntil, Guid? lockToken = null, bool omitBody = false)
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

        MapSection.Append(
            buffer,
            SectionCode.MessageAnnotations,
            Bytes(payload, sections.MessageAnnotations),
            Annotations(snapshot, lockedUntil));
        AppendProperties(buffer, snapshot, payload, sections.Properties);
        AppendApplicationProperties(buffer, snapshot, payload, sections.ApplicationProperties);
        if (!omitBody)
        {
            Append(buffer, payload, sections.BodyAndFooter);
        }

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

    /// <summary>
    /// SDKs work the time to live out of these two times where both are there, since the header ends at 49 days: where
    /// the entity's default took the place of what the sender asked for, they say so too.
    /// </summary>
    private static void AppendProperties(
        ByteBuffer buffer, MessageSnapshot snapshot, ReadOnlyMemory<byte> payload, Range? sent)
    {
        if (snapshot.ExpiresAt == DateTimeOffset.MaxValue
            || snapshot.Message.TimeToLive == snapshot.ExpiresAt - snapshot.EnqueuedTime)
        {
            Append(buffer, payload, sent);
            return;
        }

        var properties = MessageReader.Section<Properties>(payload, sent) ?? new Properties();
        properties.CreationTime = snapshot.EnqueuedTime.UtcDateTime;
        properties.AbsoluteExpiryTime = snapshot.ExpiresAt.UtcDateTime;
        properties.Encode(buffer);
    }

    private static Dictionary<string, MapSection.Entry> Annotations(
        MessageSnapshot snapshot, DateTimeOffset? lockedUntil)
    {
        var entries = new Dictionary<string, MapSection.Entry>(StringComparer.Ordinal);
        Set(ServiceBusSymbols.SequenceNumber, snapshot.SequenceNumber);
        Set(ServiceBusSymbols.EnqueueSequenceNumber, snapshot.EnqueuedSequenceNumber);
        Set(ServiceBusSymbols.EnqueuedTime, snapshot.EnqueuedTime.UtcDateTime);
        Set(ServiceBusSymbols.MessageState, (int)snapshot.State);
        SetOrRemove(ServiceBusSymbols.LockedUntil, lockedUntil?.UtcDateTime);
        SetOrRemove(ServiceBusSymbols.DeadLetterSource, snapshot.DeadLetterSource);
        return entries;

        void Set(Symbol key, object value) => entries[key] = new MapSection.Entry(key, value);

        // A message that was received and is sent again brings what the broker said of it then.
        void SetOrRemove(Symbol key, object? value) =>
            entries[key] = value is null ? MapSection.Entry.Removed : new MapSection.Entry(key, value);
    }

    private static void AppendApplicationProperties(
        ByteBuffer buffer, MessageSnapshot snapshot, ReadOnlyMemory<byte> payload, Range? sent)
    {
        var changes = snapshot.ModifiedProperties.ToDictionary(
            pair => pair.Key,
            pair => new MapSection.Entry(pair.Key, PropertyValues.ToWire(pair.Value)),
            StringComparer.Ordinal);
        Set(ServiceBusSymbols.DeadLetterReason, snapshot.DeadLetterReason);
        Set(ServiceBusSymbols.DeadLetterDescription, snapshot.DeadLetterDescription);
        if (changes.Count == 0)
        {
            Append(buffer, payload, sent);
        }
        else
        {
            MapSection.Append(buffer, SectionCode.ApplicationProperties, Bytes(payload, sent), changes);
        }

        void Set(string key, string? value)
        {
            if (value is not null)
            {
                changes[key] = new MapSection.Entry(key, value);
            }
        }
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlyMemory<byte> payload, Range? section) =>
        section is { } range ? payload.Span[range] : default;
}

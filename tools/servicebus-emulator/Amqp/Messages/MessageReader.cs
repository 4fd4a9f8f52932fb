using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Reads what the broker needs out of messages as clients encode them.</summary>
internal static class MessageReader
{
    /// <summary>Room for properties that hold an id only; more than that of slack is not kept with a message.</summary>
    private const int IdBytes = 64;

    /// <summary>Where the properties have the two times.</summary>
    private const int ExpiryField = 8;
    private const int CreationField = 9;

    /// <summary>What stands before a message's body, properties above all, may not be larger: the service's limit.</summary>
    private const int MaxPropertyBytes = 64 * 1024;

    /// <summary>Reads one transfer: a message, or a batch of them.</summary>
    /// <param name="format">What the transfer says it is.</param>
    /// <param name="payload">Its bytes.</param>
    /// <param name="isLent">Whether the bytes have to be copied to be kept.</param>
    /// <param name="newId">Makes an id for messages without.</param>
    public static IReadOnlyList<BrokerMessage> ReadTransfer(
        uint format, ReadOnlyMemory<byte> payload, bool isLent, Func<Guid> newId)
    {
        if (format == 0)
        {
            return [Read(payload, isLent, newId)];
        }

        if (format != ServiceBusSymbols.BatchMessageFormat)
        {
            throw new AmqpFaultException(ErrorCode.NotImplemented, $"Message format 0x{format:x8} is not known.");
        }

        // Each message gets an array of its own: one that stays would otherwise hold the whole batch in memory.
        return MessageSections.SplitBatch(payload).ConvertAll(message => Read(message, isLent: true, newId));
    }

    /// <summary>Reads one message; the payload is kept, so its array must not be reused.</summary>
    public static BrokerMessage Read(ReadOnlyMemory<byte> payload, Func<Guid> newId) =>
        Read(payload, isLent: false, newId);

    private static BrokerMessage Read(ReadOnlyMemory<byte> payload, bool isLent, Func<Guid> newId)
    {
        var sections = MessageSections.Find(payload.Span);
        if (sections.BytesBeforeBody > MaxPropertyBytes)
        {
            throw new AmqpFaultException(
                ErrorCode.MessageSizeExceeded,
                $"The properties of the message have {sections.BytesBeforeBody} bytes; at most {MaxPropertyBytes} are allowed.");
        }

        var properties = Section<Properties>(payload, sections.Properties) ?? new Properties();
        if (string.IsNullOrEmpty(Id(properties.GetMessageId)))
        {
            // The service gives an id to messages that have none, and SDKs rely on it to renew locks.
            properties.MessageId = newId().ToString("N");
            payload = Rewrite(payload, sections, properties);
            sections = MessageSections.Find(payload.Span);
        }
        else if (isLent)
        {
            payload = payload.ToArray();
        }

        var annotations = Section<MessageAnnotations>(payload, sections.MessageAnnotations)?.Map;
        var message = new BrokerMessage
        {
            Payload = payload,
            MessageId = Id(properties.GetMessageId),
            SessionId = properties.GroupId,
            Subject = properties.Subject,
            To = properties.To,
            CorrelationId = Id(properties.GetCorrelationId),
            ReplyTo = properties.ReplyTo,
            ReplyToSessionId = properties.ReplyToGroupId,
            ContentType = properties.ContentType,
            TimeToLive = TimeToLive(Section<Header>(payload, sections.Header), properties),
            ScheduledEnqueueTime = ScheduledTime(annotations),
            PartitionKey = PropertyValues.Find(annotations, ServiceBusSymbols.PartitionKey) as string,
        };
        return sections.ApplicationProperties is null
            ? message
            : message with
            {
                ApplicationProperties = PropertyValues.FromMap(
                    Section<ApplicationProperties>(payload, sections.ApplicationProperties)?.Map),
            };
    }

    /// <summary>Decodes a request to one of the nodes that answer.</summary>
    public static Message ReadRequest(ReadOnlyMemory<byte> payload)
    {
        var sections = MessageSections.Find(payload.Span);
        var properties = Section<Properties>(payload, sections.Properties) ?? new Properties();

        // Asked for here so that an id of a wrong type is refused with the request, not met when it is answered.
        _ = Id(properties.GetMessageId);
        return new Message
        {
            Properties = properties,
            ApplicationProperties = Section<ApplicationProperties>(payload, sections.ApplicationProperties),
            BodySection = Body(payload, sections),
        };
    }

    public static T? Section<T>(ReadOnlyMemory<byte> payload, Range? range)
        where T : class
    {
        if (range is not { } found)
        {
            return null;
        }

        var bytes = payload[found];
        WireShape.Check(bytes.Span);
        return Decode(bytes) as T
            ?? throw new AmqpFaultException(ErrorCode.DecodeError, $"A section is no {typeof(T).Name}.");
    }

    private static RestrictedDescribed? Body(ReadOnlyMemory<byte> payload, MessageSections sections)
    {
        if (sections.BodyAndFooter is not { } range)
        {
            return null;
        }

        var body = payload[range];
        var length = WireShape.Check(body.Span);
        return Decode(body[..length]) switch
        {
            // The library decodes a value when it is first asked for; asking here keeps its exceptions here.
            AmqpValue value => new AmqpValue { Value = Decode(ValueOf(value)) },
            RestrictedDescribed section => section,
            _ => throw new AmqpFaultException(ErrorCode.DecodeError, "The body is no section of a message."),
        };
    }

    private static ReadOnlyMemory<byte> ValueOf(AmqpValue value) =>
        value.ValueBuffer.Buffer.AsMemory(value.ValueBuffer.Offset, value.ValueBuffer.Length);

    private static object? Decode(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var segment)
            ? PerformativeDecoder.Value(segment.Array!, segment.Offset, segment.Count)
            : throw new InvalidOperationException("Messages are held in arrays.");

    /// <summary>
    /// Ids are strings, numbers, uuids or binary; the library throws on anything else when it is asked.
    /// </summary>
    private static string? Id(Func<object?> read)
    {
        try
        {
            return read() is byte[] bytes ? Convert.ToHexString(bytes) : read()?.ToString();
        }
        catch (AmqpException e)
        {
            throw new AmqpFaultException(ErrorCode.DecodeError, "An id has no type that ids may have.", e);
        }
    }

    /// <summary>The message with other properties.</summary>
    private static ReadOnlyMemory<byte> Rewrite(
        ReadOnlyMemory<byte> payload, MessageSections sections, Properties properties)
    {
        var buffer = new ByteBuffer(payload.Length + IdBytes, autoGrow: true);
        Append(buffer, payload, sections.Header);
        Append(buffer, payload, sections.MessageAnnotations);
        properties.Encode(buffer);
        Append(buffer, payload, sections.ApplicationProperties);
        Append(buffer, payload, sections.BodyAndFooter);
        ReadOnlyMemory<byte> written = buffer.Buffer.AsMemory(buffer.Offset, buffer.Length);
        return buffer.Buffer.Length - buffer.Length <= IdBytes ? written : written.ToArray();
    }

    private static void Append(ByteBuffer buffer, ReadOnlyMemory<byte> payload, Range? section)
    {
        if (section is { } range)
        {
            MessageWriter.Append(buffer, payload[range].Span);
        }
    }

    /// <summary>
    /// The header's ttl is in milliseconds; its largest value means for ever. SDKs give a life of more than 49 days, where
    /// the header ends, by two points in time.
    /// </summary>
    private static TimeSpan? TimeToLive(Header? header, Properties properties)
    {
        if (header is null || !header.HasField(2))
        {
            return null;
        }

        if (header.Ttl < uint.MaxValue)
        {
            return TimeSpan.FromMilliseconds(header.Ttl);
        }

        var hasTimes = properties.HasField(ExpiryField) && properties.HasField(CreationField);
        return hasTimes && properties.AbsoluteExpiryTime > properties.CreationTime
            ? properties.AbsoluteExpiryTime - properties.CreationTime
            : null;
    }

    private static DateTimeOffset? ScheduledTime(Map? annotations) =>
        PropertyValues.Find(annotations, ServiceBusSymbols.ScheduledEnqueueTime) is DateTime time
            ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc))
            : null;
}

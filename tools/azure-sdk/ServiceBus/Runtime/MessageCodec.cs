using System.Runtime.Serialization;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>Messages as AMQP writes them. Types that AMQP lacks travel as described values, as the service defines.</summary>
internal static class MessageCodec
{
    private static readonly Symbol UriType = "com.microsoft:uri";
    private static readonly Symbol TimeSpanType = "com.microsoft:timespan";
    private static readonly Symbol DateTimeOffsetType = "com.microsoft:datetime-offset";

    public static ReadOnlyMemory<byte> Encode(MessageData data)
    {
        var buffer = ToAmqp(data).Encode();
        return buffer.Buffer.AsMemory(buffer.Offset, buffer.Length);
    }

    /// <summary>Reads a message. The broker counts the deliveries before this one; a peek is none.</summary>
    public static MessageData Decode(Message message, bool isPeeked = false)
    {
        var properties = message.Properties;
        var data = new MessageData
        {
            Body = Body(message),
            MessageId = properties?.GetMessageId()?.ToString(),
            SessionId = properties?.GroupId,
            ReplyToSessionId = properties?.ReplyToGroupId,
            CorrelationId = properties?.GetCorrelationId()?.ToString(),
            Subject = properties?.Subject,
            To = properties?.To,
            ReplyTo = properties?.ReplyTo,
            ContentType = properties?.ContentType?.ToString(),
            AbsoluteExpiryTime = properties?.HasField(8) == true ? properties.AbsoluteExpiryTime : null,
            TimeToLive = message.Header?.HasField(2) == true ? TimeSpan.FromMilliseconds(message.Header.Ttl) : null,
            DeliveryCount = (int)(message.Header?.DeliveryCount ?? 0) + (isPeeked ? 0 : 1),
        };
        CopyMap(message.MessageAnnotations?.Map, data.Annotations);
        CopyMap(message.ApplicationProperties?.Map, data.ApplicationProperties);
        return data;
    }

    public static Message ToAmqp(MessageData data)
    {
        var message = new Message
        {
            Properties = Properties(data),
            BodySection = new Data { Buffer = Buffer(data.Body) },
        };
        if (data.TimeToLive is { } timeToLive)
        {
            message.Header = new Header { Ttl = (uint)Math.Min(timeToLive.TotalMilliseconds, uint.MaxValue) };
        }

        var annotations = data.Annotations.Where(pair => pair.Value is not null).ToList();
        if (annotations.Count > 0)
        {
            message.MessageAnnotations = new MessageAnnotations();
            foreach (var (name, value) in annotations)
            {
                message.MessageAnnotations[new Symbol(name)] = value;
            }
        }

        if (data.ApplicationProperties.Count > 0)
        {
            message.ApplicationProperties = new ApplicationProperties();
            foreach (var (name, value) in data.ApplicationProperties)
            {
                message.ApplicationProperties[name] = ToWire(name, value);
            }
        }

        return message;
    }

    /// <summary>Properties to modify, as settlement carries them.</summary>
    public static Fields? ToFields(IDictionary<string, object>? properties)
    {
        if (properties is null)
        {
            return null;
        }

        var fields = new Fields();
        foreach (var (name, value) in properties)
        {
            fields[new Symbol(name)] = ToWire(name, value);
        }

        return fields;
    }

    private static Properties Properties(MessageData data)
    {
        var properties = new Properties();
        Set(data.MessageId, value => properties.MessageId = value);
        Set(data.SessionId, value => properties.GroupId = value);
        Set(data.ReplyToSessionId, value => properties.ReplyToGroupId = value);
        Set(data.CorrelationId, value => properties.CorrelationId = value);
        Set(data.Subject, value => properties.Subject = value);
        Set(data.To, value => properties.To = value);
        Set(data.ReplyTo, value => properties.ReplyTo = value);
        Set(data.ContentType, value => properties.ContentType = value);
        return properties;
    }

    private static void Set(string? value, Action<string> set)
    {
        if (value is not null)
        {
            set(value);
        }
    }

    private static ByteBuffer Buffer(ReadOnlyMemory<byte> body)
    {
        var bytes = body.ToArray();
        return new ByteBuffer(bytes, 0, bytes.Length, bytes.Length);
    }

    private static ReadOnlyMemory<byte> Body(Message message) => message.BodySection switch
    {
        Data data => data.Binary ?? [],
        DataList list => Enumerable.Range(0, list.Count).SelectMany(index => list[index].Binary ?? []).ToArray(),
        AmqpValue { Value: byte[] bytes } => bytes,
        AmqpValue { Value: string text } => System.Text.Encoding.UTF8.GetBytes(text),
        null => ReadOnlyMemory<byte>.Empty,
        var other => throw new NotSupportedException($"{other.GetType().Name} is not a supported message body type."),
    };

    private static void CopyMap(Map? from, Dictionary<string, object?> to)
    {
        foreach (var (key, value) in from ?? [])
        {
            to[key.ToString()!] = FromWire(value);
        }
    }

    private static object? FromWire(object? value) => value switch
    {
        DescribedValue { Descriptor: Symbol type } described when type.Equals(UriType) => new Uri((string)described.Value),
        DescribedValue { Descriptor: Symbol type } described when type.Equals(TimeSpanType) => new TimeSpan((long)described.Value),
        DescribedValue { Descriptor: Symbol type } described when type.Equals(DateTimeOffsetType) =>
            new DateTimeOffset(new DateTime((long)described.Value, DateTimeKind.Utc)),
        Symbol symbol => symbol.ToString(),
        _ => value,
    };

    private static object? ToWire(string name, object? value) => value switch
    {
        null or string or bool or byte or sbyte or short or ushort or int or uint or long or ulong => value,
        float or double or decimal or char or Guid or DateTime or byte[] => value,
        Uri uri => new DescribedValue(UriType, uri.OriginalString),
        TimeSpan span => new DescribedValue(TimeSpanType, span.Ticks),
        DateTimeOffset at => new DescribedValue(DateTimeOffsetType, at.UtcTicks),
        _ => throw new SerializationException($"The property {name} has a type that cannot be sent: {value.GetType()}."),
    };
}

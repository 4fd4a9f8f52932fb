using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ServerlessGateway.Client.Wire;

/// <summary>Writes and reads frames of the subprotocol; vectors/subprotocol.json holds examples.</summary>
internal static class ServiceFrameCodec
{
    /// <summary>A ping, which the service answers by itself.</summary>
    public static readonly ReadOnlyMemory<byte> Ping = """{"type":"ping"}"""u8.ToArray();

    /// <summary>
    /// The frame adds to the 64 levels that requests and answers may nest; deeper, a payload that the gateway accepted
    /// could not be read.
    /// </summary>
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 80 };

    /// <summary>Wraps a request into an event of the gateway.</summary>
    /// <param name="ackId">Unique within the connection: the service drops an event whose id it has seen.</param>
    /// <param name="request">UTF-8 JSON.</param>
    public static ReadOnlyMemory<byte> Event(long ackId, ReadOnlySpan<byte> request)
    {
        var buffer = new ArrayBufferWriter<byte>(request.Length + 96);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "event"u8);
            writer.WriteString("event"u8, "gateway"u8);
            writer.WriteNumber("ackId"u8, ackId);
            writer.WriteString("dataType"u8, "json"u8);
            writer.WritePropertyName("data"u8);
            writer.WriteRawValue(request, skipInputValidation: true);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Reads a frame; null where this version knows no such frame, or where it is not JSON.</summary>
    public static ServiceFrame? Decode(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return Interpret(ReadFields(utf8));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static ServiceFrame? Interpret(Fields fields) => fields.Type switch
    {
        "ack" when fields.AckId is { } id => new AckFrame(id, fields.Success ?? false, fields.Error),
        "message" when fields.Data is { } data && fields.From == "server" => new ServerFrame(data),
        "message" when fields.Data is { } data => new GroupFrame(data),
        "system" when fields.Event == "connected" => new ConnectedFrame(fields.ConnectionId, fields.UserId),
        "system" when fields.Event == "disconnected" => new DisconnectedFrame(fields.Message),
        "pong" => new PongFrame(),
        _ => null,
    };

    private static Fields ReadFields(ReadOnlyMemory<byte> utf8)
    {
        var fields = new Fields();
        var reader = new Utf8JsonReader(utf8.Span, ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return fields;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            ReadField(utf8, ref reader, fields, name!);
        }

        // What follows the object, or a text that broke off, makes it no frame at all.
        return reader.Read() ? new Fields() : fields;
    }

    private static void ReadField(ReadOnlyMemory<byte> utf8, ref Utf8JsonReader reader, Fields fields, string name)
    {
        switch (name)
        {
            case "type": fields.Type = reader.GetString(); break;
            case "from": fields.From = reader.GetString(); break;
            case "event": fields.Event = reader.GetString(); break;
            case "ackId": fields.AckId = reader.GetInt64(); break;
            case "success": fields.Success = reader.GetBoolean(); break;
            case "connectionId": fields.ConnectionId = reader.GetString(); break;
            case "userId": fields.UserId = reader.GetString(); break;
            case "message": fields.Message = reader.GetString(); break;
            case "error": fields.Error = Encoding.UTF8.GetString(ReadRaw(utf8, ref reader).Span); break;
            case "data": fields.Data = ReadRaw(utf8, ref reader); break;
            default: reader.Skip(); break;
        }
    }

    private static ReadOnlyMemory<byte> ReadRaw(ReadOnlyMemory<byte> utf8, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return utf8[start..(int)reader.BytesConsumed];
    }

    private sealed class Fields
    {
        public string? Type { get; set; }

        public string? From { get; set; }

        public string? Event { get; set; }

        public long? AckId { get; set; }

        public bool? Success { get; set; }

        public string? ConnectionId { get; set; }

        public string? UserId { get; set; }

        public string? Message { get; set; }

        public string? Error { get; set; }

        public ReadOnlyMemory<byte>? Data { get; set; }
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// The JSON subprotocols; shapes from
/// https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-webpubsub-subprotocol and
/// https://learn.microsoft.com/azure/azure-web-pubsub/reference-json-reliable-webpubsub-subprotocol.
/// </summary>
internal sealed class JsonCodec(bool isReliable) : ClientCodec(ClientProtocol.Json)
{
    // Text is only read by WebSocket clients, never put into HTML: escaping beyond JSON's own needs costs bytes for nothing.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly OutboundFrame PongFrame = new("{\"type\":\"pong\"}"u8.ToArray(), true);

    public override ReadResult Read(ReadOnlyMemory<byte> frame, bool isText)
    {
        if (!isText)
        {
            return ReadResult.Malformed(
                ConnectionEnd.InvalidType, "The JSON subprotocol requires text messages.");
        }

        return JsonRequests.Read(frame, isReliable);
    }

    public override OutboundFrame? Pong() => PongFrame;

    public override OutboundFrame? Connected(string connectionId, string? userId, string? reconnectionToken) =>
        Write(128 + (reconnectionToken?.Length ?? 0), writer =>
        {
            writer.WriteString("type"u8, "system"u8);
            writer.WriteString("event"u8, "connected"u8);
            if (userId is not null) writer.WriteString("userId"u8, userId);
            writer.WriteString("connectionId"u8, connectionId);
            if (reconnectionToken is not null) writer.WriteString("reconnectionToken"u8, reconnectionToken);
        });

    public override OutboundFrame? Disconnected(string reason) => Write(128, writer =>
    {
        writer.WriteString("type"u8, "system"u8);
        writer.WriteString("event"u8, "disconnected"u8);
        writer.WriteString("message"u8, reason);
    });

    public override OutboundFrame? Ack(ulong ackId) => Write(64, writer =>
    {
        writer.WriteString("type"u8, "ack"u8);
        writer.WriteNumber("ackId"u8, ackId);
        writer.WriteBoolean("success"u8, true);
    });

    public override OutboundFrame? ErrorAck(ulong ackId, string name, string message) => Write(192, writer =>
    {
        writer.WriteString("type"u8, "ack"u8);
        writer.WriteNumber("ackId"u8, ackId);
        writer.WriteBoolean("success"u8, false);
        writer.WriteStartObject("error"u8);
        writer.WriteString("name"u8, name);
        writer.WriteString("message"u8, message);
        writer.WriteEndObject();
    });

    public override OutboundFrame Message(GroupName? group, string? fromUserId, MessageData data) =>
        Write(data.Bytes.Length + 128, writer =>
        {
            writer.WriteString("type"u8, "message"u8);
            writer.WriteString("from"u8, group is null ? "server"u8 : "group"u8);
            if (group is { } name) writer.WriteString("group"u8, name.Value);
            if (fromUserId is not null) writer.WriteString("fromUserId"u8, fromUserId);
            WriteData(writer, data);
        });

    public override OutboundFrame Sequenced(in OutboundFrame message, ulong sequenceId) => message with
    {
        // The id takes the place of the opening brace; every message has properties behind it.
        Head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"sequenceId\":{sequenceId},")),
        Bytes = message.Bytes[1..],
    };

    private static void WriteData(Utf8JsonWriter writer, MessageData data)
    {
        var bytes = data.Bytes.Span;
        writer.WriteString("dataType"u8, NameOf(data.Type));
        writer.WritePropertyName("data"u8);
        switch (data.Type)
        {
            case MessageDataType.Text:
                writer.WriteStringValue(bytes);
                break;
            case MessageDataType.Json:
                writer.WriteRawValue(bytes, skipInputValidation: true);
                break;
            default:
                writer.WriteBase64StringValue(bytes);
                break;
        }

        if (data.Metadata is not { Count: > 0 } metadata) return;
        writer.WriteStartObject("metadata"u8);
        foreach (var (key, value) in metadata) writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static ReadOnlySpan<byte> NameOf(MessageDataType type) => type switch
    {
        MessageDataType.Text => "text"u8,
        MessageDataType.Json => "json"u8,
        MessageDataType.Binary => "binary"u8,
        _ => "protobuf"u8,
    };

    private static OutboundFrame Write(int sizeHint, Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(sizeHint);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }

        return new OutboundFrame(buffer.WrittenMemory, true);
    }
}

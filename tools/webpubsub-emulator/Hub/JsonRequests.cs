using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// Reads what a client sends in the JSON subprotocols. A frame that is none of the requests is an error that names the
/// property at fault, and the acknowledgement that it asked for; the service closes the connection for it.
/// </summary>
internal static class JsonRequests
{
    public static ReadResult Read(ReadOnlyMemory<byte> frame, bool isReliable)
    {
        try
        {
            using var document = JsonDocument.Parse(frame);
            return Read(document.RootElement, isReliable);
        }
        catch (JsonException exception)
        {
            return ReadResult.Malformed(
                ConnectionEnd.InvalidPayload, $"The frame is not valid JSON: {exception.Message}");
        }
    }

    private static ReadResult Read(JsonElement root, bool isReliable)
    {
        ulong? ackId = null;
        try
        {
            if (root.ValueKind != JsonValueKind.Object) throw new FormatException("The frame is not a JSON object.");
            ackId = AckIdOf(root);
            return new ReadResult(ReadRequest(root, ackId, isReliable), null);
        }
        catch (FormatException exception)
        {
            return ReadResult.Malformed(ConnectionEnd.InvalidPayload, exception.Message, ackId);
        }
        catch (InvalidOperationException)
        {
            // How the reader says that a name or a string holds bytes or escapes that are no text.
            return ReadResult.Malformed(
                ConnectionEnd.InvalidPayload, "The frame holds text that is not valid Unicode.", ackId);
        }
    }

    private static ClientRequest ReadRequest(JsonElement root, ulong? ackId, bool isReliable)
    {
        var type = RequiredString(root, "type");
        // The service reads the names of types without regard to case.
        return type.ToLowerInvariant() switch
        {
            "joingroup" => new ClientRequest.Join(GroupOf(root), ackId),
            "leavegroup" => new ClientRequest.Leave(GroupOf(root), ackId),
            "sendtogroup" => ReadSend(root, ackId),
            "event" => ReadEvent(root, ackId),
            "ping" => new ClientRequest.Ping(),
            "sequenceack" when isReliable => new ClientRequest.SequenceAck(SequenceIdOf(root)),
            _ => throw new FormatException(
                $"'type' is '{type}', which is no request of this subprotocol in this emulator."),
        };
    }

    private static ClientRequest.Event ReadEvent(JsonElement root, ulong? ackId)
    {
        RefuseStream(root);
        return new ClientRequest.Event(EventOf(root), DataOf(root), ackId);
    }

    private static ClientRequest.SendToGroup ReadSend(JsonElement root, ulong? ackId)
    {
        RefuseStream(root);
        var data = DataOf(root) with { TtlSeconds = TtlOf(root) };
        var noEcho = root.TryGetProperty("noEcho", out var flag) && flag.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new FormatException("'noEcho' must be true or false."),
        };
        return new ClientRequest.SendToGroup(GroupOf(root), data, noEcho, ackId);
    }

    // Taken for an ordinary message, a stream's first one would be delivered and its rest refused.
    private static void RefuseStream(JsonElement root)
    {
        if (!root.TryGetProperty("stream", out var stream) || stream.ValueKind == JsonValueKind.Null) return;
        throw new FormatException("'stream' asks for streaming, which this emulator does not have.");
    }

    private static int? TtlOf(JsonElement root)
    {
        if (!root.TryGetProperty("ttlSeconds", out var ttl) || ttl.ValueKind == JsonValueKind.Null) return null;
        return ttl.ValueKind == JsonValueKind.Number && ttl.TryGetInt32(out var seconds)
            && seconds is >= 0 and <= MessageData.MaxTtlSeconds
            ? seconds
            : throw new FormatException(
                $"'ttlSeconds' must be a whole number from 0 to {MessageData.MaxTtlSeconds}.");
    }

    private static ulong SequenceIdOf(JsonElement root) =>
        root.TryGetProperty("sequenceId", out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetUInt64(out var id)
            ? id
            : throw new FormatException("'sequenceId' must be a whole number of 64 bits, not negative.");

    private static MessageData DataOf(JsonElement root)
    {
        var metadata = MessageMetadata.Read(root);
        if (!root.TryGetProperty("data", out var data))
        {
            if (metadata is not null) return new MessageData(MessageDataType.Text, default, metadata);
            throw new FormatException("'data' is missing.");
        }

        var type = root.TryGetProperty("dataType", out var named) ? StringOf(named, "dataType") : "json";
        return type.ToLowerInvariant() switch
        {
            "text" => new MessageData(
                MessageDataType.Text, Encoding.UTF8.GetBytes(StringOf(data, "data")), metadata),
            "json" when data.ValueKind != JsonValueKind.Null => new MessageData(
                MessageDataType.Json, JsonMarshal.GetRawUtf8Value(data).ToArray(), metadata),
            "json" => throw new FormatException("'data' is null."),
            "binary" => new MessageData(MessageDataType.Binary, Base64Of(data), metadata),
            "protobuf" => new MessageData(MessageDataType.Protobuf, Base64Of(data), metadata),
            _ => throw new FormatException($"'dataType' is '{type}'; it must be json, text, binary or protobuf."),
        };
    }

    private static byte[] Base64Of(JsonElement data) =>
        data.ValueKind == JsonValueKind.String && data.TryGetBytesFromBase64(out var bytes)
            ? bytes
            : throw new FormatException("'data' is not base64.");

    private static GroupName GroupOf(JsonElement root) =>
        GroupName.TryParse(RequiredString(root, "group"), out var group)
            ? group
            : throw new FormatException($"'group' must be 1 to {GroupName.MaxLength} characters and not blank.");

    private static string EventOf(JsonElement root)
    {
        var name = RequiredString(root, "event");
        return EventName.IsValid(name) ? name : throw new FormatException(EventName.Rule);
    }

    private static ulong? AckIdOf(JsonElement root)
    {
        if (!root.TryGetProperty("ackId", out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var id)
            ? id
            : throw new FormatException("'ackId' must be a whole number of 64 bits, not negative.");
    }

    private static string RequiredString(JsonElement root, string property) =>
        root.TryGetProperty(property, out var value)
            ? StringOf(value, property)
            : throw new FormatException($"'{property}' is missing.");

    private static string StringOf(JsonElement value, string property)
    {
        if (value.ValueKind != JsonValueKind.String) throw new FormatException($"'{property}' must be a string.");
        return value.GetString()!;
    }
}

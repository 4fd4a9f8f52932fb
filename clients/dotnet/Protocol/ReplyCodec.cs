using System.Text.Json;

namespace ServerlessGateway.Protocol;

/// <summary>
/// Writes and reads replies. Their discriminator is two-fold (<c>type</c>: answer or error; <c>to</c>: the request's
/// type), which no attribute expresses, so this is written by hand.
/// </summary>
public static class ReplyCodec
{
    /// <summary>Encodes a reply as UTF-8 JSON.</summary>
    public static byte[] Encode(GatewayReply reply)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            writer.WriteStartObject();
            writer.WriteString("type", reply is ErrorReply ? "error" : "answer");
            if (reply is not ErrorReply)
            {
                writer.WriteString("to", RequestTypeOf(reply));
            }

            writer.WriteNumber("id", reply.Id);
            WriteBody(writer, reply);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Decodes a reply; null where the text is not one that this version knows.</summary>
    public static GatewayReply? Decode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            using var document = JsonDocument.ParseValue(ref reader);
            return Decode(document.RootElement);
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or KeyNotFoundException
                or FormatException)
        {
            return null;
        }
    }

    private static GatewayReply? Decode(JsonElement root)
    {
        var id = root.GetProperty("id").GetInt64();
        if (root.GetProperty("type").ValueEquals("error"))
        {
            return new ErrorReply(id, root.Deserialize(GatewayJson.Relaxed.ErrorDetail)!);
        }

        var to = root.GetProperty("to").GetString()!;
        return to switch
        {
            "publish" => new PublishAnswer(id, [.. root.GetProperty("items").EnumerateArray().Select(ReadItem)]),
            "subscribe" or "resume" => new SubscribeAnswer(id, to, [.. root.GetProperty("channels").EnumerateArray().Select(ReadPage)]),
            "history" => new HistoryAnswer(id, ReadPage(root.GetProperty("page"))),
            "unsubscribe" or "positions" => new DoneAnswer(id, to),
            "check" => new CheckAnswer(id, [.. root.GetProperty("channels").EnumerateArray().Select(ReadHead)]),
            _ => null,
        };
    }

    private static ChannelPage ReadPage(JsonElement page) =>
        page.Deserialize(GatewayJson.Relaxed.ChannelPage) is { Channel: not null, Epoch: not null, Messages: not null } read
            && read.Messages.All(message => message is not null)
            ? read
            : throw new JsonException("A page names its channel and epoch, and holds messages.");

    private static ChannelHead ReadHead(JsonElement head) =>
        head.Deserialize(GatewayJson.Relaxed.ChannelHead) is { Channel: not null, Epoch: not null } read
            ? read
            : throw new JsonException("A head names its channel and epoch.");

    private static PublishItemAnswer ReadItem(JsonElement item) => item.GetProperty("status").GetString() switch
    {
        "accepted" => PublishItemAnswer.Accepted,
        "refused" => new PublishItemAnswer(PublishStatus.Refused, item.Deserialize(GatewayJson.Relaxed.ErrorDetail)),
        // A status of a later version: the safe reading is the one that repeats, since numbers make that harmless.
        _ => new PublishItemAnswer(PublishStatus.Retry, item.Deserialize(GatewayJson.Relaxed.ErrorDetail)),
    };

    private static string RequestTypeOf(GatewayReply reply) => reply switch
    {
        PublishAnswer => "publish",
        SubscribeAnswer answer => answer.To,
        HistoryAnswer => "history",
        DoneAnswer answer => answer.To,
        CheckAnswer => "check",
        _ => throw new ArgumentOutOfRangeException(nameof(reply), reply.GetType().Name, "Not a reply of version 1."),
    };

    private static void WriteBody(Utf8JsonWriter writer, GatewayReply reply)
    {
        switch (reply)
        {
            case ErrorReply error:
                WriteFields(writer, error.Error);
                break;
            case PublishAnswer answer:
                writer.WriteStartArray("items");
                foreach (var item in answer.Items)
                {
                    WriteItem(writer, item);
                }

                writer.WriteEndArray();
                break;
            case SubscribeAnswer answer:
                writer.WritePropertyName("channels");
                writer.WriteStartArray();
                foreach (var page in answer.Channels)
                {
                    JsonSerializer.Serialize(writer, page, GatewayJson.Relaxed.ChannelPage);
                }

                writer.WriteEndArray();
                break;
            case HistoryAnswer answer:
                writer.WritePropertyName("page");
                JsonSerializer.Serialize(writer, answer.Page, GatewayJson.Relaxed.ChannelPage);
                break;
            case CheckAnswer answer:
                writer.WriteStartArray("channels");
                foreach (var head in answer.Channels)
                {
                    JsonSerializer.Serialize(writer, head, GatewayJson.Relaxed.ChannelHead);
                }

                writer.WriteEndArray();
                break;
        }
    }

    private static void WriteItem(Utf8JsonWriter writer, PublishItemAnswer item)
    {
        writer.WriteStartObject();
        writer.WriteString("status", item.Status switch
        {
            PublishStatus.Accepted => "accepted",
            PublishStatus.Refused => "refused",
            _ => "retry",
        });
        if (item.Error is { } error)
        {
            WriteFields(writer, error);
        }

        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, ErrorDetail error)
    {
        var fields = JsonSerializer.SerializeToNode(error, GatewayJson.Relaxed.ErrorDetail)!.AsObject();
        foreach (var (name, value) in fields)
        {
            writer.WritePropertyName(name);
            value!.WriteTo(writer);
        }
    }
}

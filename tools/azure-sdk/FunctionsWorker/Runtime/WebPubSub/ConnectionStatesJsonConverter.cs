using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>Connection states as JSON: each value is base64, since a state may be any bytes.</summary>
internal sealed class ConnectionStatesJsonConverter : JsonConverter<IReadOnlyDictionary<string, BinaryData>>
{
    public override IReadOnlyDictionary<string, BinaryData> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.EnumerateObject()
            .ToDictionary(state => state.Name, state => BinaryData.FromBytes(state.Value.GetBytesFromBase64()));
    }

    public override void Write(
        Utf8JsonWriter writer, IReadOnlyDictionary<string, BinaryData> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (key, state) in value)
        {
            writer.WriteBase64String(key, state.ToMemory().Span);
        }

        writer.WriteEndObject();
    }
}

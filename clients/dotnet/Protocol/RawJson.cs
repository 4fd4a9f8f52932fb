using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessGateway.Protocol;

/// <summary>
/// One JSON value, kept as the UTF-8 bytes it was written with: the gateway hands payloads on and never rewrites them.
/// </summary>
/// <param name="Utf8">The bytes of exactly one JSON value. The owner does not change them afterwards.</param>
[JsonConverter(typeof(RawJsonConverter))]
public readonly record struct RawJson(ReadOnlyMemory<byte> Utf8)
{
    /// <summary>The size that counts against <c>maxPayloadBytes</c>.</summary>
    public int Length => Utf8.Length;

    /// <summary>Wraps the text of one JSON value, which is not checked here.</summary>
    public static RawJson FromText(string json) => new(Encoding.UTF8.GetBytes(json));

    /// <summary>Compares the bytes, not the meaning.</summary>
    public bool Equals(RawJson other) => Utf8.Span.SequenceEqual(other.Utf8.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8.Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}

/// <summary>Reads and writes the bytes of a value unchanged.</summary>
internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    /// <summary>JSON's own <c>null</c> is a payload like any other.</summary>
    public override bool HandleNull => true;

    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // A value inside one contiguous buffer could be sliced, but the reader does not give its buffer away; parse
        // keeps the raw text.
        using var document = JsonDocument.ParseValue(ref reader);
        return new RawJson(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
    }

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options)
    {
        // Validated where it entered; a check at every hop would parse each payload four times.
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}

using System.Text.Json;
using System.Text.Unicode;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// Checks a JSON payload before it goes on: it becomes part of text frames, so one that is no JSON, or no UTF-8, would
/// cost its receivers their connections.
/// </summary>
internal static class JsonText
{
    /// <summary>Whether the bytes are one JSON value in UTF-8, and nothing behind it.</summary>
    public static bool IsValid(ReadOnlySpan<byte> bytes)
    {
        // The reader looks into a string only when it is asked for.
        if (!Utf8.IsValid(bytes)) return false;
        try
        {
            var reader = new Utf8JsonReader(bytes);
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            // The answer of a probe, not an error: the caller says what is wrong.
            return false;
        }
    }
}

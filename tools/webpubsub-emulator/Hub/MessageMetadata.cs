using System.Text.Json;
using System.Text.RegularExpressions;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// Metadata beside a message: header-like ASCII names and values, at most 8 KiB in all, because it travels to event
/// handlers as headers.
/// </summary>
internal static partial class MessageMetadata
{
    public const string HeaderPrefix = "x-webpubsub-metadata-";

    private const int MaxBytes = 8 * 1024;
    private const int MaxKeyBytes = 256;
    private const int MaxValueBytes = 1024;

    /// <summary>The metadata of a request, or null when it has none; anything malformed is a <see cref="FormatException"/>.</summary>
    public static IReadOnlyDictionary<string, string>? Read(JsonElement root)
    {
        if (!root.TryGetProperty("metadata", out var metadata) || metadata.ValueKind == JsonValueKind.Null) return null;
        if (metadata.ValueKind != JsonValueKind.Object) throw new FormatException("'metadata' must be an object.");
        var pairs = metadata.EnumerateObject().Select(property =>
            KeyValuePair.Create(
                property.Name,
                property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw new FormatException($"'metadata.{property.Name}' must be a string.")));
        return Check(pairs);
    }

    /// <summary>Holds names and values to the limits; null when there are none.</summary>
    public static IReadOnlyDictionary<string, string>? Check(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var checkedPairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var bytes = 0;
        foreach (var (key, value) in pairs)
        {
            if (key.Length > MaxKeyBytes || !Key().IsMatch(key))
            {
                throw new FormatException($"The metadata name '{key}' must be a header name of at most {MaxKeyBytes}.");
            }

            if (value.Length > MaxValueBytes || !Value().IsMatch(value))
            {
                throw new FormatException($"The metadata '{key}' must be printable ASCII of at most {MaxValueBytes}.");
            }

            bytes += key.Length + value.Length;
            if (bytes > MaxBytes) throw new FormatException($"Metadata is limited to {MaxBytes} bytes in all.");
            if (!checkedPairs.TryAdd(key, value)) throw new FormatException($"The metadata '{key}' is named twice.");
        }

        return checkedPairs.Count == 0 ? null : checkedPairs;
    }

    [GeneratedRegex(@"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Key();

    [GeneratedRegex(@"^[\x20-\x7e]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Value();
}

using System.Text.Json;

namespace ServerlessGateway.WebPubSubEmulator.Configuration;

/// <summary>
/// A place in the configuration, with its path for error messages. Everything that is not as it should be is a
/// <see cref="FormatException"/> of one line with the place, the value and what is allowed: a misspelt setting should stop
/// the start, not change what runs.
/// </summary>
internal readonly record struct ConfigNode(JsonElement Element, string Path)
{
    /// <summary>
    /// The members of an object. A key that is not among the allowed ones stops the reading; one of
    /// <paramref name="unsupported"/>, which Microsoft's programs know, with the reason that stands there.
    /// </summary>
    public IEnumerable<(string Key, ConfigNode Node)> Members(
        IReadOnlyDictionary<string, string> unsupported, params string[] allowed)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, node) in Members())
        {
            if (unsupported.FirstOrDefault(pair => Same(pair.Key, name)) is { Value: { } reason })
            {
                throw node.Bad($"is not supported: {reason}");
            }

            var key = allowed.FirstOrDefault(candidate => Same(candidate, name))
                ?? throw node.Bad($"is not known; known are {string.Join(", ", allowed)}");
            if (!seen.Add(key)) throw node.Bad("is named twice");
            yield return (key, node);
        }
    }

    /// <summary>The members of an object whose keys are the user's own.</summary>
    public IEnumerable<(string Name, ConfigNode Node)> Members()
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Bad("must be an object");
        foreach (var member in Element.EnumerateObject())
        {
            yield return (member.Name, new ConfigNode(
                member.Value, Path.Length == 0 ? member.Name : $"{Path}:{member.Name}"));
        }
    }

    public IEnumerable<ConfigNode> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array) throw Bad("must be an array");
        var index = 0;
        foreach (var item in Element.EnumerateArray()) yield return new ConfigNode(item, $"{Path}[{index++}]");
    }

    public string Text() => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Bad("must be a string");

    /// <summary>True or false; as .NET's configuration has it, also as a string.</summary>
    public bool Flag() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when bool.TryParse(Element.GetString(), out var flag) => flag,
        _ => throw Bad($"is {Element.GetRawText()}; it must be true or false"),
    };

    public FormatException Bad(string problem) => new($"{(Path.Length == 0 ? "The configuration" : Path)} {problem}.");

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}

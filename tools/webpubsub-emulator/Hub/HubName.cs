using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// The name of a hub: a letter, then up to 127 of letters, digits and <c>_ ` , . [ ]</c>. Azure treats it without
/// regard to case, so two spellings are one hub; the first spelling seen is the one that is shown.
/// </summary>
internal readonly partial struct HubName : IEquatable<HubName>
{
    private HubName(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse([NotNullWhen(true)] string? text, out HubName name)
    {
        name = default;
        if (text is null || !Shape().IsMatch(text)) return false;
        name = new HubName(text);
        return true;
    }

    /// <summary>The name as a value; for names that are known to be good.</summary>
    public static HubName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a valid hub name.");

    public static bool operator ==(HubName left, HubName right) => left.Equals(right);

    public static bool operator !=(HubName left, HubName right) => !left.Equals(right);

    public bool Equals(HubName other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is HubName other && Equals(other);

    public override int GetHashCode() => Value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Value);

    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_`,.\[\]]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}

using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>The name of a group: 1 to 1,024 characters, not blank, compared exactly.</summary>
internal readonly record struct GroupName : IComparable<GroupName>
{
    public const int MaxLength = 1024;

    private GroupName(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse([NotNullWhen(true)] string? text, out GroupName name)
    {
        name = default;
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength) return false;
        name = new GroupName(text);
        return true;
    }

    /// <summary>The name as a value; for names that are known to be good.</summary>
    public static GroupName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a valid group name.");

    public int CompareTo(GroupName other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

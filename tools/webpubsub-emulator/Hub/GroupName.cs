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

    public int CompareTo(GroupName other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

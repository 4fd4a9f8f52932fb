using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.Instances;

/// <summary>
/// The name of an instance: 1 to 32 lower-case letters, digits and hyphens, beginning with a letter; not <c>shards</c>,
/// whose row stands beside theirs.
/// </summary>
internal readonly record struct InstanceName
{
    private readonly string? _value;

    private InstanceName(string value) => _value = value;

    public string Value => _value ?? string.Empty;

    public static bool TryParse([NotNullWhen(true)] string? text, out InstanceName name)
    {
        var legal = text is { Length: >= 1 and <= 32 } && char.IsAsciiLetterLower(text[0])
            && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
            && text != "shards";
        name = legal ? new InstanceName(text!) : default;
        return legal;
    }

    public static InstanceName Parse(string text) => TryParse(text, out var name)
        ? name
        : throw new FormatException($"'{text}' is not an instance name: 1 to 32 of a-z, 0-9 and '-', beginning with a letter.");

    public override string ToString() => Value;
}

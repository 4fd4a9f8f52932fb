using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.Sessions;

/// <summary>128 random bits as 32 lower-case hexadecimal digits.</summary>
internal readonly record struct SessionId
{
    private readonly string? _value;

    private SessionId(string value) => _value = value;

    public string Value => _value ?? string.Empty;

    public static SessionId Of(UInt128 bits) => new(bits.ToString("x32", System.Globalization.CultureInfo.InvariantCulture));

    public static bool TryParse([NotNullWhen(true)] string? text, out SessionId id)
    {
        var legal = text is { Length: 32 } && text.All(char.IsAsciiHexDigitLower);
        id = legal ? new SessionId(text!) : default;
        return legal;
    }

    public override string ToString() => Value;
}

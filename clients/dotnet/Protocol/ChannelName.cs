using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.Protocol;

/// <summary>
/// The name of a channel: 1 to 128 characters out of <c>A-Z a-z 0-9 _ - . : / @ = + ~ ! ,</c> (PROTOCOL.md section 1).
/// </summary>
/// <remarks>
/// The bound is Service Bus's for session ids, since a channel is one on the topic <c>events</c>. The alphabet holds no
/// white space, which Web PubSub refuses in groups, and no <c>$</c>, which starts the gateway's own groups and keys.
/// </remarks>
public readonly record struct ChannelName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Legal =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:/@=+~!,");

    private readonly string? _value;

    private ChannelName(string value) => _value = value;

    /// <summary>The name as it stands on the wire.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>
    /// The part before the first <c>:</c>, which carries the settings; the whole name where there is none.
    /// </summary>
    public string Namespace => Value.IndexOf(':', StringComparison.Ordinal) is >= 0 and var end ? Value[..end] : Value;

    /// <summary>Reads a name; false where it is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ChannelName name)
    {
        var legal = text is { Length: > 0 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(Legal);
        name = legal ? new ChannelName(text!) : default;
        return legal;
    }

    /// <summary>Reads a name that is known to be one.</summary>
    /// <exception cref="FormatException">The text is not a channel name.</exception>
    public static ChannelName Parse(string text) => TryParse(text, out var name)
        ? name
        : throw new FormatException(
            $"'{text}' is not a channel name: 1 to {MaxLength} of the characters in PROTOCOL.md section 1.");

    /// <summary>True where every character may stand in a name (also in a part of one).</summary>
    public static bool HasLegalCharacters(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Legal);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

using System.Globalization;

namespace ServerlessGateway.Protocol;

/// <summary>
/// The place of a client in a channel: the last message that it has processed (PROTOCOL.md section 1).
/// </summary>
/// <param name="Epoch">The life of the log; <c>""</c> where the client has seen none. Compared for equality
/// only.</param>
/// <param name="Offset">The offset of the last message processed; 0 before the first.</param>
public readonly record struct Position(string Epoch, long Offset)
{
    /// <summary>The longest epoch, in characters.</summary>
    public const int MaxEpochLength = 32;

    /// <summary>Before everything: reading from here gives all that is retained.</summary>
    public static Position Beginning => new(string.Empty, 0);

    /// <summary>True where both parts are in range.</summary>
    public bool IsValid =>
        Epoch is { Length: <= MaxEpochLength } && Offset >= 0 && ChannelName.HasLegalCharacters(Epoch);

    /// <summary>The text form, <c>EPOCH.OFFSET</c>, which <see cref="TryParse"/> reads.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Offset}");

    /// <summary>Reads <c>EPOCH.OFFSET</c>; false where it is not a position.</summary>
    public static bool TryParse(string? text, out Position position)
    {
        position = default;
        var dot = text?.LastIndexOf('.') ?? -1;
        if (dot < 0 || !long.TryParse(
            text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return false;
        }

        position = new Position(text![..dot], offset);
        return position.IsValid;
    }
}

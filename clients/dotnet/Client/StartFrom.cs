using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>Where a subscription begins to read.</summary>
public readonly record struct StartFrom
{
    private StartFrom(StartKind kind, Position position) => (Kind, Position) = (kind, position);

    /// <summary>
    /// Behind the position that this session has for the channel, which may repeat the last seconds before a crash;
    /// from now on where it has none. The default.
    /// </summary>
    public static StartFrom Stored => default;

    /// <summary>From now on, whatever position is stored.</summary>
    public static StartFrom Now => new(StartKind.Now, default);

    /// <summary>Everything that is retained; what is not is reported as a gap.</summary>
    public static StartFrom Beginning => new(StartKind.Position, Position.Beginning);

    internal StartKind Kind { get; }

    internal Position Position { get; }

    /// <summary>Behind a position; what of it can not be had is reported as a gap or a reset.</summary>
    /// <exception cref="GatewayException">4012: the offset is negative, or the epoch can not be one.</exception>
    public static StartFrom After(Position position) => position.IsValid
        ? new StartFrom(StartKind.Position, position)
        : throw new GatewayException(
            ErrorDetail.Of(ErrorCodes.InvalidPosition, "Not a position.", position.ToString()));
}

internal enum StartKind
{
    Stored,
    Now,
    Position,
}

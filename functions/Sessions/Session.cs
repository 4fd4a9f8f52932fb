using System.Collections.Immutable;
using System.Text.Json;
using ServerlessGateway.Access;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Sessions;

/// <summary>A client's identity across connections. Immutable: a merge makes the next one.</summary>
internal sealed record Session
{
    /// <summary>128 random bits.</summary>
    public required SessionId Id { get; init; }

    /// <summary>Whose it is, for ever.</summary>
    public required string User { get; init; }

    /// <summary>What its user may do, as of the last negotiate.</summary>
    public required CapabilitySet Capabilities { get; init; }

    /// <summary>When the token behind the capabilities expires.</summary>
    public required DateTimeOffset TokenExpires { get; init; }

    /// <summary>When the session itself is forgotten, unless it is used again.</summary>
    public required DateTimeOffset LeaseEnds { get; init; }

    /// <summary>The current connection; null while there is none.</summary>
    public SessionConnection? Connection { get; init; }

    /// <summary>
    /// The highest number ever given; it rises with every connection that becomes current, so that the past can be told
    /// from the present.
    /// </summary>
    public long ConnectionNumber { get; init; }

    /// <summary>
    /// Connections that were current lately, newest first, at most <see cref="MaxEarlierConnections"/>: a connect that
    /// the platform repeats gets the number it had, and does not push aside the connection that came after it.
    /// </summary>
    public ImmutableList<SessionConnection> EarlierConnections { get; init; } = [];

    /// <summary>The channels held, each with the last position known (null: none yet).</summary>
    public ImmutableDictionary<ChannelName, Position?> Subscriptions { get; init; } = ImmutableDictionary<ChannelName, Position?>.Empty;

    /// <summary>
    /// Positions in channels that the session does not hold now, since a resume did not name them: a process that takes
    /// the session up subscribes one by one, and its connection may break in between. Unsubscribing forgets them.
    /// </summary>
    public ImmutableDictionary<ChannelName, Position> Remembered { get; init; } = ImmutableDictionary<ChannelName, Position>.Empty;

    /// <summary>Fields that a later version wrote; they are handed back as they came.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>How many earlier connections are remembered. More than a client ever has open at once.</summary>
    public const int MaxEarlierConnections = 4;

    /// <summary>The last position known in a channel, held or not; null where there is none.</summary>
    public Position? PositionOf(ChannelName channel) => Subscriptions.GetValueOrDefault(channel)
        ?? (Remembered.TryGetValue(channel, out var remembered) ? remembered : null);

    /// <summary>The number that a connection was given before; null where it is not remembered.</summary>
    public long? NumberOf(string connectionId) =>
        Connection?.ConnectionId == connectionId
            ? Connection.Number
            : EarlierConnections.Find(earlier => earlier.ConnectionId == connectionId)?.Number;

    /// <summary>
    /// Makes a connection the current one, under the next number; nothing changes where it is that already.
    /// </summary>
    public Session WithCurrent(string connectionId, string instance)
    {
        if (Connection?.ConnectionId == connectionId)
        {
            return this;
        }

        var next = new SessionConnection(connectionId, instance, ConnectionNumber + 1);
        return WithoutCurrent() with { Connection = next, ConnectionNumber = next.Number };
    }

    /// <summary>Leaves the session without a current connection, which is remembered as an earlier one.</summary>
    public Session WithoutCurrent() => Connection is null
        ? this
        : this with
        {
            Connection = null,
            EarlierConnections = [Connection, .. EarlierConnections
                .Where(earlier => earlier.ConnectionId != Connection.ConnectionId).Take(MaxEarlierConnections - 1)],
        };
}

/// <summary>A connection of a session.</summary>
/// <param name="ConnectionId">Web PubSub's id.</param>
/// <param name="Instance">The instance that holds it.</param>
/// <param name="Number">Its number within the session.</param>
internal sealed record SessionConnection(string ConnectionId, string Instance, long Number);

using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Requests;

/// <summary>Puts the positions that a request brings into a session.</summary>
internal static class PositionMerge
{
    /// <summary>The first thing wrong with positions that ride on a request; null where nothing is.</summary>
    public static ErrorDetail? Check(IReadOnlyList<ChannelPosition>? positions, int maxChannels)
    {
        if (positions is null)
        {
            return null;
        }

        if (positions.Count > maxChannels)
        {
            return RequestErrors.TooManyChannels(positions.Count, maxChannels);
        }

        foreach (var position in positions)
        {
            if (position is null)
            {
                return RequestErrors.Malformed("A position is an object.", "null");
            }

            if (!ChannelName.TryParse(position.Channel, out _))
            {
                return RequestErrors.InvalidChannel(position.Channel);
            }

            var place = new Position(position.Epoch, position.Offset);
            if (!place.IsValid)
            {
                return RequestErrors.InvalidPosition(place);
            }
        }

        return null;
    }

    /// <summary>
    /// Stores positions of channels that the session holds; others are ignored. The current connection's word counts as
    /// it is, also back (R7). One that was overtaken by a newer connection may only move a position on within its
    /// epoch: its requests can be late.
    /// </summary>
    public static Session Apply(Session session, string connectionId, IReadOnlyList<ChannelPosition>? positions)
    {
        if (positions is null or { Count: 0 })
        {
            return session;
        }

        var isCurrent = session.Connection is null || session.Connection.ConnectionId == connectionId;
        var subscriptions = session.Subscriptions.ToBuilder();
        var changed = false;
        foreach (var position in positions)
        {
            var channel = ChannelName.Parse(position.Channel);
            var brought = new Position(position.Epoch, position.Offset);
            if (subscriptions.TryGetValue(channel, out var stored) && stored != brought
                && (isCurrent || stored is null || (stored.Value.Epoch == brought.Epoch && stored.Value.Offset < brought.Offset)))
            {
                subscriptions[channel] = brought;
                changed = true;
            }
        }

        return changed ? session with { Subscriptions = subscriptions.ToImmutable() } : session;
    }
}

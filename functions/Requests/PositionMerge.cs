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
    /// Stores positions of channels that the session holds or remembers; others are ignored. The current connection's word counts as
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
        var (subscriptions, remembered) = (session.Subscriptions, session.Remembered);
        foreach (var position in positions)
        {
            var channel = ChannelName.Parse(position.Channel);
            var brought = new Position(position.Epoch, position.Offset);
            var stored = session.PositionOf(channel);
            if (!isCurrent && stored is { } known && (known.Epoch != brought.Epoch || known.Offset > brought.Offset))
            {
                continue;
            }

            subscriptions = subscriptions.ContainsKey(channel) ? subscriptions.SetItem(channel, brought) : subscriptions;
            remembered = remembered.ContainsKey(channel) ? remembered.SetItem(channel, brought) : remembered;
        }

        // A dictionary in which nothing changed is still the same, and then nothing needs to be written.
        return ReferenceEquals(subscriptions, session.Subscriptions) && ReferenceEquals(remembered, session.Remembered)
            ? session
            : session with { Subscriptions = subscriptions, Remembered = remembered };
    }
}

using System.Collections.Immutable;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Requests;

/// <summary>
/// What a subscribe or resume makes of the session's row. It is applied to whatever is stored then, which may be more
/// than was there when the request was planned: so the limit is looked at again.
/// </summary>
internal sealed class SubscriptionMerge(
    ClientContext context, IReadOnlyList<PlannedChannel> plan, IReadOnlyList<ChannelPage> pages, bool isResume, int maxChannels)
{
    private readonly HashSet<ChannelName> _refused = [];

    /// <summary>The channels that the last application found no room for.</summary>
    public IReadOnlyCollection<ChannelName> Refused => _refused;

    /// <summary>The row as it shall be.</summary>
    public Session Apply(Session stored, IReadOnlyList<ChannelPosition>? positions)
    {
        _refused.Clear();
        var session = isResume ? stored.WithCurrent(context.ConnectionId, context.Instance.Value) : stored;
        var subscriptions = (isResume ? ImmutableDictionary<ChannelName, Position?>.Empty : session.Subscriptions).ToBuilder();
        for (var at = 0; at < plan.Count; at++)
        {
            var (item, channel, error) = plan[at];
            if (error is not null)
            {
                continue;
            }

            if (subscriptions.Count >= maxChannels && !subscriptions.ContainsKey(channel))
            {
                _refused.Add(channel);
                continue;
            }

            subscriptions[channel] = PositionOf(item, pages[at]) ?? session.PositionOf(channel);
        }

        var merged = session with
        {
            Subscriptions = subscriptions.ToImmutable(),
            Remembered = Remember(session, subscriptions),
        };
        return PositionMerge.Apply(merged, context.ConnectionId, positions);
    }

    /// <summary>
    /// Positions outlive the subscriptions that a resume leaves out, first those it leaves out now; together with what
    /// is held they stay within the limit of channels, so that the row does.
    /// </summary>
    private ImmutableDictionary<ChannelName, Position> Remember(
        Session session, ImmutableDictionary<ChannelName, Position?>.Builder held)
    {
        var left = session.Subscriptions.Where(pair => pair.Value is not null)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value!.Value))
            .OrderBy(pair => pair.Key.Value, StringComparer.Ordinal);
        var earlier = session.Remembered.OrderBy(pair => pair.Key.Value, StringComparer.Ordinal);
        return left.Concat(earlier)
            .DistinctBy(pair => pair.Key)
            .Where(pair => !held.ContainsKey(pair.Key))
            .Take(Math.Max(0, maxChannels - held.Count))
            .ToImmutableDictionary();
    }

    /// <summary>
    /// What the client brings is stored; where delivery starts at the head, that head is: so another process of this
    /// client goes on from here, and not from whatever is the head then.
    /// </summary>
    private static Position? PositionOf(SubscribeItem item, ChannelPage page) => page.Outcome == Outcome.Started
        ? new Position(page.Epoch, page.Head)
        : item.Start is null ? item.Position : null;
}

using ServerlessGateway.Access;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Requests;

/// <summary>One channel of a subscribe or resume request, checked.</summary>
/// <param name="Item">As it was asked.</param>
/// <param name="Channel">Its name; default where it is refused for that.</param>
/// <param name="Error">Why it is refused; null where it may be read.</param>
internal sealed record PlannedChannel(SubscribeItem Item, ChannelName Channel, ErrorDetail? Error);

/// <summary>Checks the channels of a subscribe or resume request, each on its own.</summary>
internal static class SubscribePlan
{
    private const string Now = "now";

    /// <summary>The channels in the order of the request.</summary>
    public static IReadOnlyList<PlannedChannel> Make(IReadOnlyList<SubscribeItem> items, CapabilitySet capabilities)
    {
        var named = new HashSet<ChannelName>();
        return [.. items.Select(item => Check(item, named, capabilities))];
    }

    /// <summary>
    /// Where reading starts: what the client brings wins over what is stored (R7), and "now" over both; null is the
    /// head.
    /// </summary>
    public static Position? StartOf(SubscribeItem item, Position? stored) => item.Start == Now ? null : item.Position ?? stored;

    private static PlannedChannel Check(SubscribeItem item, HashSet<ChannelName> named, CapabilitySet capabilities)
    {
        if (!ChannelName.TryParse(item.Channel, out var channel))
        {
            return new PlannedChannel(item, default, RequestErrors.InvalidChannel(item.Channel));
        }

        ErrorDetail? error = null;
        if (!named.Add(channel))
        {
            error = RequestErrors.Malformed("A channel is named once in a request.", channel);
        }
        else if (!capabilities.Allows(Rights.Subscribe, channel))
        {
            error = RequestErrors.RightMissing("subscribe", channel);
        }
        else if (item.Position is { IsValid: false } position)
        {
            error = RequestErrors.InvalidPosition(position);
        }
        else if (item.Start is not (null or Now))
        {
            error = RequestErrors.Malformed("'start' is \"now\" or missing.", item.Start);
        }

        return new PlannedChannel(item, channel, error);
    }
}

using Microsoft.Extensions.Options;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Requests;

/// <summary>
/// Leaves channels: the row first, then the groups. The other way round, a failure between the two would leave a row
/// that grants, on the next connect, what this connection no longer gets.
/// </summary>
internal sealed class UnsubscribeHandler(SessionRows rows, IConnectionGroups groups, IOptions<GatewayOptions> options)
{
    public async Task<(GatewayReply Reply, ConnectionState? State)> HandleAsync(
        UnsubscribeRequest request, ClientContext context, CancellationToken cancellationToken)
    {
        if (Check(request) is { } error)
        {
            return (new ErrorReply(request.Id, error), null);
        }

        var channels = request.Channels.Select(ChannelName.Parse).Distinct().ToList();
        await rows.MergeAsync(
            context.State.Session,
            stored => stored is null ? null : Leave(PositionMerge.Apply(stored, context.ConnectionId, request.Positions), channels),
            cancellationToken);
        var unknown = context.State with { SetVersion = ConnectionState.UnknownSet };
        var outcome = channels.Count == 0
            ? GroupOutcome.Done
            : await groups.RemoveAsync(context.Instance, context.ConnectionId, channels, cancellationToken);
        return outcome == GroupOutcome.Done
            ? (new DoneAnswer(request.Id, "unsubscribe"), unknown == context.State ? null : unknown)
            : (new ErrorReply(request.Id, RequestErrors.GroupsUnavailable(outcome)), unknown);
    }

    private ErrorDetail? Check(UnsubscribeRequest request)
    {
        if (request.Channels.Count > options.Value.MaxChannelsPerSession)
        {
            return RequestErrors.TooManyChannels(request.Channels.Count, options.Value.MaxChannelsPerSession);
        }

        foreach (var channel in request.Channels)
        {
            if (!ChannelName.TryParse(channel, out _))
            {
                return RequestErrors.InvalidChannel(channel);
            }
        }

        return null;
    }

    private static Session Leave(Session session, List<ChannelName> channels) =>
        channels.Any(channel => session.Subscriptions.ContainsKey(channel) || session.Remembered.ContainsKey(channel))
            ? session with
            {
                Subscriptions = session.Subscriptions.RemoveRange(channels),
                Remembered = session.Remembered.RemoveRange(channels),
            }
            : session;
}

using Microsoft.Extensions.Options;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Requests;

/// <summary>
/// Subscribes and resumes. In this order, since each step needs the one before: the connection joins the groups; then
/// the logs are read, by reads that began after (R1), so between a live page and the first live frame nothing is
/// missed; then the session's row is merged (N4); only then groups that are not held any more are left (R4).
/// </summary>
internal sealed class SubscribeHandler(
    SessionRows rows, IConnectionGroups groups, PageReader pages, IOptions<GatewayOptions> options, TimeProvider time)
{
    public Task<(GatewayReply Reply, ConnectionState? State)> SubscribeAsync(
        SubscribeRequest request, ClientContext context, CancellationToken cancellationToken) =>
        HandleAsync(request, "subscribe", request.Channels, isResume: false, context, cancellationToken);

    public Task<(GatewayReply Reply, ConnectionState? State)> ResumeAsync(
        ResumeRequest request, ClientContext context, CancellationToken cancellationToken) =>
        HandleAsync(request, "resume", request.Channels, isResume: true, context, cancellationToken);

    private async Task<(GatewayReply Reply, ConnectionState? State)> HandleAsync(
        GatewayRequest request, string to, IReadOnlyList<SubscribeItem> items, bool isResume, ClientContext context,
        CancellationToken cancellationToken)
    {
        if (CheckWhole(items) is { } error)
        {
            return (new ErrorReply(request.Id, error), null);
        }

        var stored = await rows.ReadAsync(context.State.Session, cancellationToken);
        var session = stored?.Session;
        var plan = Limit(SubscribePlan.Make(items, context.State.Capabilities), session, isResume);
        var wanted = plan.Where(planned => planned.Error is null).Select(planned => planned.Channel).ToList();
        var joined = await JoinAsync(wanted, session, isResume, context, cancellationToken);
        if (joined != GroupOutcome.Done)
        {
            return (new SubscribeAnswer(request.Id, to, Fail(plan, RequestErrors.GroupsUnavailable(joined))), Unknown(context.State));
        }

        var read = await ReadAsync(plan, session, cancellationToken);
        var merge = new SubscriptionMerge(context, plan, read, isResume, options.Value.MaxChannelsPerSession);
        try
        {
            await rows.MergeAsync(
                context.State.Session, row => merge.Apply(row ?? Restore(context), request.Positions), cancellationToken, stored);
        }
        catch (StoreUnavailableException)
        {
            // The groups stay: a frame too many is dropped by the client, one too few would be lost.
            return (new SubscribeAnswer(request.Id, to, Fail(plan, RequestErrors.StoreUnavailable)), Unknown(context.State));
        }

        var gone = isResume ? session?.Subscriptions.Keys.Except(wanted) ?? [] : merge.Refused;
        var left = await LeaveAsync([.. gone], context, cancellationToken);
        var state = isResume && left == GroupOutcome.Done ? Known(context.State, wanted) : Unknown(context.State);
        return (new SubscribeAnswer(request.Id, to, Refuse(read, merge.Refused)), state == context.State ? null : state);
    }

    private ErrorDetail? CheckWhole(IReadOnlyList<SubscribeItem> items) =>
        items.Count > options.Value.MaxChannelsPerSession
            ? RequestErrors.TooManyChannels(items.Count, options.Value.MaxChannelsPerSession)
            : items.Any(item => item is null) ? RequestErrors.Malformed("A channel of the list is an object.", "null") : null;

    /// <summary>
    /// Refuses the channels by which a subscribe would pass the session's limit; a resume names all there are.
    /// </summary>
    private List<PlannedChannel> Limit(IReadOnlyList<PlannedChannel> plan, Session? session, bool isResume)
    {
        var limit = options.Value.MaxChannelsPerSession;
        var held = isResume ? [] : session?.Subscriptions.Keys.ToHashSet() ?? [];
        var limited = new List<PlannedChannel>(plan.Count);
        foreach (var planned in plan)
        {
            var isOver = planned.Error is null && held.Count >= limit && !held.Contains(planned.Channel);
            limited.Add(isOver ? planned with { Error = RequestErrors.TooManyChannels(held.Count + 1, limit) } : planned);
            if (planned.Error is null && !isOver)
            {
                held.Add(planned.Channel);
            }
        }

        return limited;
    }

    /// <summary>
    /// A resume needs no call where connect granted exactly these channels and nothing has changed them since: the
    /// state, the row and the request then agree (R4).
    /// </summary>
    private Task<GroupOutcome> JoinAsync(
        List<ChannelName> wanted, Session? session, bool isResume, ClientContext context, CancellationToken cancellationToken)
    {
        var version = ConnectionState.VersionOf(wanted);
        var isGranted = isResume && context.State.SetVersion == version && session is not null
            && ConnectionState.VersionOf(session.Subscriptions.Keys) == version;
        return isGranted || wanted.Count == 0
            ? Task.FromResult(GroupOutcome.Done)
            : groups.AddAsync(context.Instance, context.ConnectionId, wanted, cancellationToken);
    }

    private async Task<IReadOnlyList<ChannelPage>> ReadAsync(
        List<PlannedChannel> plan, Session? session, CancellationToken cancellationToken)
    {
        var starts = plan.Where(planned => planned.Error is null)
            .Select(planned => (planned.Channel, SubscribePlan.StartOf(
                planned.Item, session?.PositionOf(planned.Channel))))
            .ToList();
        var read = await pages.ReadAsync(starts, cancellationToken);
        var next = 0;
        return [.. plan.Select(planned => planned.Error is null ? read[next++] : ChannelPage.Failed(planned.Item.Channel, planned.Error))];
    }

    /// <summary>
    /// The lease ended while its connection lived on: everything but the channels is in the connection's state.
    /// </summary>
    private Session Restore(ClientContext context) => new()
    {
        Id = context.State.Session,
        User = context.State.User,
        Capabilities = context.State.Capabilities,
        TokenExpires = context.State.Expires,
        LeaseEnds = time.GetUtcNow(),
        ConnectionNumber = context.State.ConnectionNumber,
    };

    private Task<GroupOutcome> LeaveAsync(
        IReadOnlyCollection<ChannelName> channels, ClientContext context, CancellationToken cancellationToken) => channels.Count == 0
        ? Task.FromResult(GroupOutcome.Done)
        : groups.RemoveAsync(context.Instance, context.ConnectionId, channels, cancellationToken);

    /// <summary>
    /// Takes back pages of channels that others' subscriptions left no room for while they were read.
    /// </summary>
    private IReadOnlyList<ChannelPage> Refuse(IReadOnlyList<ChannelPage> pages, IReadOnlyCollection<ChannelName> refused) =>
        refused.Count == 0 ? pages : [.. pages.Select(page =>
            ChannelName.TryParse(page.Channel, out var channel) && refused.Contains(channel)
                ? ChannelPage.Failed(page.Channel, RequestErrors.TooManyChannels(
                    options.Value.MaxChannelsPerSession + 1, options.Value.MaxChannelsPerSession))
                : page)];

    private static IReadOnlyList<ChannelPage> Fail(IReadOnlyList<PlannedChannel> plan, ErrorDetail error) =>
        [.. plan.Select(planned => ChannelPage.Failed(planned.Item.Channel, planned.Error ?? error))];

    private static ConnectionState Known(ConnectionState state, List<ChannelName> channels) =>
        state with { SetVersion = ConnectionState.VersionOf(channels) };

    private static ConnectionState Unknown(ConnectionState state) => state with { SetVersion = ConnectionState.UnknownSet };
}

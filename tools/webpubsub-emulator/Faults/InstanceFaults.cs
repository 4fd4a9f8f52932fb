using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Faults;

/// <summary>
/// Asks the rules at the doors of an instance (connections, handshakes, REST) and carries out what strikes all of it.
/// </summary>
internal sealed class InstanceFaults(FaultEngine engine, HubRegistry hubs)
{
    private static readonly ConnectionEnd Reloaded =
        new(ConnectionEnd.GoingAway, "The service reloads.", EndKind.ServiceReload);

    /// <summary>Ends the connections that the rule strikes, in the order in which they opened.</summary>
    public Task ActAsync(ActiveRule rule)
    {
        var end = rule.Rule.Kind == InstanceFaultKinds.Reload ? Reloaded : ConnectionEnd.Dropped;
        foreach (var hub in hubs.All)
        {
            // A reliable connection that has no socket now has none to lose.
            hub.EndAll(
                Target.All,
                new SendScope(null, one => hub.Find(one.ConnectionId) is { IsOnline: true }
                    && rule.Strikes(SubjectOf(hub, one.UserId, one.ConnectionId))),
                end);
        }

        return Task.CompletedTask;
    }

    /// <summary>Cuts the request's connection without an answer where a rule says so; commands and meter stay reachable.</summary>
    public Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (engine.IsArmed(InstanceFaultKinds.StopAccepting)
            && (path.StartsWithSegments("/client") || path.StartsWithSegments("/clients") || path.StartsWithSegments("/api"))
            && engine.Strike(InstanceFaultKinds.StopAccepting, new FaultSubject { { "path", path } }) is not null)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        return next(context);
    }

    /// <summary>The status that a handshake is refused with, or null.</summary>
    public int? RefusesHandshake(HttpContext context, HubName hub, string? userId) =>
        engine.IsArmed(InstanceFaultKinds.RefuseHandshake)
            && engine.Strike(InstanceFaultKinds.RefuseHandshake, new FaultSubject { { "hub", hub.Value }, { "user", userId } }) is { } rule
            ? Refusal(context, rule)
            : null;

    /// <summary>The status that a REST call is refused with, or null.</summary>
    public int? RefusesRest(HttpContext context) =>
        engine.IsArmed(InstanceFaultKinds.RefuseRest)
            && engine.Strike(InstanceFaultKinds.RefuseRest, new FaultSubject
            {
                { "path", context.Request.Path }, { "method", context.Request.Method },
            }) is { } rule
            ? Refusal(context, rule)
            : null;

    /// <summary>Whether a send that is answered 202 reaches nobody.</summary>
    public bool LosesAcceptedSend(HubCore hub, Target target)
    {
        if (!engine.IsArmed(InstanceFaultKinds.LoseAcceptedSend))
        {
            return false;
        }

        var subject = SubjectOf(hub, (target as Target.User)?.UserId, (target as Target.Connection)?.ConnectionId);
        subject.Add("group", (target as Target.Group)?.Name.Value);
        return engine.Strike(InstanceFaultKinds.LoseAcceptedSend, subject) is not null;
    }

    private static FaultSubject SubjectOf(HubCore hub, string? userId, string? connectionId) =>
        new() { { "hub", hub.Name.Value }, { "user", userId }, { "connection", connectionId } };

    private static int Refusal(HttpContext context, FaultRule rule)
    {
        if (rule.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return rule.Status;
    }
}

using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>
/// The data-plane operations of API version 2024-12-01 and their routes, below <c>/api/hubs/{hub}</c>.
/// https://learn.microsoft.com/rest/api/webpubsub/dataplane/web-pub-sub
/// </summary>
internal static class RestRoutes
{
    // Places of names in the path: api/hubs/{hub}/groups/{group}/connections/{connectionId}.
    private const int First = 4;
    private const int Second = 6;

    public static void Map(IEndpointRouteBuilder app, RestGate gate, ClientTokens tokens)
    {
        void On(string method, string route, Func<RestCall, ValueTask<IResult>> operation) => app.MapMethods(
            $"/api/hubs/{{hub}}{route}", [method], context => gate.RunAsync(context, operation));

        MapSends(On);
        MapConnections(On);
        MapMembership(On);
        MapPermissions(On);
        On("POST", "/:generateToken", call => Done(tokens.Generate(call)));
    }

    private static void MapSends(Action<string, string, Func<RestCall, ValueTask<IResult>>> on)
    {
        on("POST", "/:send", call => SendAsync(call, Target.All, call.Scope(), Delivery.FromServer));
        on("POST", "/groups/{group}/:send", call =>
        {
            var group = call.Group(First);
            return SendAsync(call, new Target.Group(group), call.Scope(), data => Delivery.FromGroup(group, data));
        });
        on("POST", "/users/{user}/:send", call => SendAsync(
            call, new Target.User(call.Segment(First)), call.FilterOnly(), Delivery.FromServer));
        on("POST", "/connections/{id}/:send", call => SendAsync(
            call, new Target.Connection(call.Segment(First)), SendScope.Everyone, Delivery.FromServer));
    }

    private static void MapConnections(Action<string, string, Func<RestCall, ValueTask<IResult>>> on)
    {
        on("POST", "/:closeConnections", call => Close(call, Target.All));
        on("POST", "/groups/{group}/:closeConnections", call => Close(call, new Target.Group(call.Group(First))));
        on("POST", "/users/{user}/:closeConnections", call => Close(call, new Target.User(call.Segment(First))));
        on("DELETE", "/connections/{id}", call => Close(call, new Target.Connection(call.Segment(First))));
        on("HEAD", "/connections/{id}", call => Exists(call, new Target.Connection(call.Segment(First))));
        on("HEAD", "/users/{user}", call => Exists(call, new Target.User(call.Segment(First))));
        on("HEAD", "/groups/{group}", call => Exists(call, new Target.Group(call.Group(First))));
        on("GET", "/groups/{group}/connections", call => Done(GroupListing.List(call, call.Group(First))));
    }

    private static void MapMembership(Action<string, string, Func<RestCall, ValueTask<IResult>>> on)
    {
        on("PUT", "/groups/{group}/connections/{id}", call =>
            Add(call, new Target.Connection(call.Segment(Second)), call.Group(First)));
        on("DELETE", "/groups/{group}/connections/{id}", call =>
            Remove(call, new Target.Connection(call.Segment(Second)), [call.Group(First)]));
        on("PUT", "/users/{user}/groups/{group}", call =>
            Add(call, new Target.User(call.Segment(First)), call.Group(Second)));
        on("DELETE", "/users/{user}/groups/{group}", call =>
            Remove(call, new Target.User(call.Segment(First)), [call.Group(Second)]));
        on("DELETE", "/users/{user}/groups", call => Remove(call, new Target.User(call.Segment(First)), null));
        on("DELETE", "/connections/{id}/groups", call => Remove(call, new Target.Connection(call.Segment(First)), null));
        on("POST", "/:addToGroups", async call =>
        {
            var (groups, scope) = await GroupsBody.ReadAsync(call);
            call.Hub.AddToGroups(Target.All, scope, groups);
            return RestResults.Ok;
        });
        on("POST", "/:removeFromGroups", async call =>
        {
            var (groups, scope) = await GroupsBody.ReadAsync(call);
            call.Hub.RemoveFromGroups(Target.All, scope, groups);
            return RestResults.Ok;
        });
    }

    private static void MapPermissions(Action<string, string, Func<RestCall, ValueTask<IResult>>> on)
    {
        const string route = "/permissions/{permission}/connections/{id}";
        on("PUT", route, call => SetPermission(call, granted: true));
        on("DELETE", route, call => SetPermission(call, granted: false));
        on("HEAD", route, call => Done(RestResults.Exists(
            call.Hub.HasPermission(call.Segment(Second), PermissionOf(call), call.TargetName()))));
    }

    private static ValueTask<IResult> Done(IResult result) => ValueTask.FromResult(result);

    private static async ValueTask<IResult> SendAsync(
        RestCall call, Target target, SendScope scope, Func<MessageData, Delivery> delivery)
    {
        var message = await MessageBody.ReadAsync(call);
        // Accepted, not delivered: also when nobody is there.
        if (!call.Faults.LosesAcceptedSend(call.Hub, target)) call.Hub.Send(target, scope, delivery(message));
        return RestResults.Accepted;
    }

    private static ValueTask<IResult> Close(RestCall call, Target target)
    {
        var reason = call.Query("reason");
        var end = ConnectionEnd.ByServer(string.IsNullOrEmpty(reason) ? "Closed by REST API." : reason);
        call.Hub.EndAll(target, new SendScope(call.Excluded(), null), end);
        return Done(RestResults.NoContent);
    }

    private static ValueTask<IResult> Exists(RestCall call, Target target) =>
        Done(RestResults.Exists(call.Hub.Exists(target)));

    private static ValueTask<IResult> Add(RestCall call, Target target, GroupName group) =>
        Done(call.Hub.AddToGroups(target, SendScope.Everyone, [group]) > 0
            ? RestResults.Ok
            : RestResults.NotFound("There is no such connection or user."));

    private static ValueTask<IResult> Remove(RestCall call, Target target, GroupName[]? groups)
    {
        call.Hub.RemoveFromGroups(target, SendScope.Everyone, groups);
        return Done(RestResults.NoContent);
    }

    private static ValueTask<IResult> SetPermission(RestCall call, bool granted)
    {
        var result = call.Hub.SetPermission(call.Segment(Second), PermissionOf(call), call.TargetName(), granted);
        // Taking a right from nobody is done already; giving one to nobody is a mistake.
        return Done(result switch
        {
            PermissionResult.TooMany => RestResults.Error(
                StatusCodes.Status409Conflict,
                "Conflict",
                $"A connection may have rights of its own for {GroupPermissions.MaxGroups} groups."),
            PermissionResult.NoSuchConnection when granted => RestResults.NotFound("There is no such connection."),
            _ => granted ? RestResults.Ok : RestResults.NoContent,
        });
    }

    private static GroupPermission PermissionOf(RestCall call) => call.Segment(First) switch
    {
        "joinLeaveGroup" => GroupPermission.JoinLeaveGroup,
        "sendToGroup" => GroupPermission.SendToGroup,
        var other => throw RestException.Bad(
            $"The permission is '{other}'; it must be joinLeaveGroup or sendToGroup.", "permission"),
    };
}

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

    public static void Map(IEndpointRouteBuilder app, RestGate gate)
    {
        void On(string method, string route, Func<RestCall, ValueTask<IResult>> operation) => app.MapMethods(
            $"/api/hubs/{{hub}}{route}", [method], (HttpContext context) => gate.RunAsync(context, operation));

        On("POST", "/:send", call => SendAsync(call, Target.All, call.Scope()));
        On("POST", "/groups/{group}/:send", call => SendToGroupAsync(call, call.Group(First)));
        On("POST", "/users/{user}/:send", call => SendAsync(
            call, new Target.User(call.Segment(First)), new SendScope(null, RestCall.Filter(call.Query("filter")))));
        On("POST", "/connections/{id}/:send", call => SendAsync(
            call, new Target.Connection(call.Segment(First)), SendScope.Everyone));

        On("PUT", "/groups/{group}/connections/{id}", call => Done(
            call.Hub.AddToGroups(new Target.Connection(call.Segment(Second)), SendScope.Everyone, [call.Group(First)]) > 0
                ? RestResults.Ok
                : RestResults.NotFound($"There is no connection '{call.Segment(Second)}'.")));
        On("DELETE", "/groups/{group}/connections/{id}", call =>
        {
            call.Hub.RemoveFromGroups(
                new Target.Connection(call.Segment(Second)), SendScope.Everyone, [call.Group(First)]);
            return Done(RestResults.NoContent);
        });
    }

    private static ValueTask<IResult> Done(IResult result) => ValueTask.FromResult(result);

    private static async ValueTask<IResult> SendAsync(RestCall call, Target target, SendScope scope)
    {
        var message = await call.ReadMessageAsync();
        call.Hub.Send(target, scope, Delivery.FromServer(message));
        return RestResults.Accepted;
    }

    private static async ValueTask<IResult> SendToGroupAsync(RestCall call, GroupName group)
    {
        var scope = call.Scope();
        var message = await call.ReadMessageAsync();
        call.Hub.Send(new Target.Group(group), scope, Delivery.FromGroup(group, message));
        return RestResults.Accepted;
    }
}

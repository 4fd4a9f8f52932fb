using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Contract.SampleApp;

internal sealed class EventFunctions(EventLog log)
{
    [Function(nameof(Connect))]
    public WebPubSubEventResponse Connect(
        [WebPubSubTrigger("%Hub%", WebPubSubEventType.System, "connect", "WebPubSub")] ConnectEventRequest request)
    {
        log.Add("connect", $"{request.ConnectionContext.UserId} {string.Join('|', request.Subprotocols)}");
        switch (request.Query["as"][0])
        {
            case "unauthorized":
                return ConnectEventRequest.CreateErrorResponse(WebPubSubErrorCode.Unauthorized, "not you");
            case "mistaken":
                return ConnectEventRequest.CreateErrorResponse(WebPubSubErrorCode.UserError, "not so");
            case "broken":
                return new EventErrorResponse { ErrorMessage = "not now" };
            case "throwing":
                throw new InvalidOperationException("it broke");
        }

        var answer = ConnectEventRequest.CreateResponse(
            request.Claims["sub"][0], ["lobby"], request.Subprotocols[0], ["webpubsub.joinLeaveGroup"]);
        answer.SetState("gateway", BinaryData.FromString("{\"v\":1}"));
        return answer;
    }

    [Function(nameof(Message))]
    public Task<UserEventResponse?> Message(
        [WebPubSubTrigger("%Hub%", WebPubSubEventType.User, "message", "WebPubSub")] UserEventRequest request)
    {
        var context = request.ConnectionContext;
        log.Add("message", $"{context.ConnectionStates?.GetValueOrDefault("gateway")} {request.DataType} {request.Data}");
        if (request.Data.ToString() == "silence")
        {
            return Task.FromResult<UserEventResponse?>(null);
        }

        var answer = UserEventRequest.CreateResponse(request.Data, request.DataType);
        if (request.Data.ToString() == "clear")
        {
            answer.ClearStates();
        }
        else
        {
            answer.SetState("count", BinaryData.FromString("2"));
        }

        return Task.FromResult<UserEventResponse?>(answer);
    }

    [Function(nameof(Connected))]
    public void Connected(
        [WebPubSubTrigger("%Hub%", WebPubSubEventType.System, "connected", "WebPubSub")] ConnectedEventRequest request) =>
        log.Add("connected", request.ConnectionContext.ConnectionId);

    [Function(nameof(Disconnected))]
    public void Disconnected(
        [WebPubSubTrigger("%Hub%", WebPubSubEventType.System, "disconnected", "WebPubSub")] DisconnectedEventRequest request)
    {
        log.Add("disconnected", request.Reason);
        throw new InvalidOperationException("nobody hears of it");
    }
}

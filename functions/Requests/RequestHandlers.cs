namespace ServerlessGateway.Requests;

/// <summary>One handler per kind of request.</summary>
internal sealed record RequestHandlers(
    PublishHandler Publish, SubscribeHandler Subscribe, UnsubscribeHandler Unsubscribe, ReadHandler Read);

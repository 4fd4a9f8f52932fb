using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Triggers;

/// <summary>
/// The callbacks of Web PubSub by plain HTTP. Each instance's hub gets a route of its own, so it is known who calls
/// (N3). The route is anonymous for the host: who calls is checked in code.
/// </summary>
public sealed class WebPubSubEventsFunction(IHttpEdge<WebPubSubEventsFunction> edge)
{
    /// <summary>Answers one callback, or the question whether callbacks are wanted.</summary>
    [Function(nameof(WebPubSubEventsFunction))]
    public Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "options", "post", Route = "webpubsub/{instance}")] HttpRequest request,
        string instance,
        CancellationToken cancellationToken) => edge.HandleAsync(request, instance, cancellationToken);
}

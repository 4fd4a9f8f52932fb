using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Triggers;

/// <summary>
/// Where clients begin: a token in, the way to an instance out. Anonymous for the host; the token is checked in code.
/// </summary>
public sealed class NegotiateFunction(IHttpEdge<NegotiateFunction> edge)
{
    /// <summary>Answers a negotiation, or a browser's question whether it may ask.</summary>
    [Function(nameof(NegotiateFunction))]
    public Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "options", "post", Route = "negotiate")] HttpRequest request,
        CancellationToken cancellationToken) => edge.HandleAsync(request, null, cancellationToken);
}

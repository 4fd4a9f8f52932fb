using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Triggers;

/// <summary>What load balancers and people ask of a process.</summary>
public sealed class HealthFunction(IHttpEdge<HealthFunction> edge)
{
    /// <summary>The route that tells whether the process should be sent requests.</summary>
    public const string Ready = "ready";

    /// <summary>The route that tells whether the process lives.</summary>
    public const string Health = "health";

    /// <summary>200 while the process lives.</summary>
    [Function(nameof(HealthFunction))]
    public Task<IActionResult> LiveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Health)] HttpRequest request,
        CancellationToken cancellationToken) => edge.HandleAsync(request, Health, cancellationToken);

    /// <summary>
    /// 200 while it should be sent requests; 503 from the moment it is told to stop, and while it can not serve.
    /// </summary>
    [Function("ReadyFunction")]
    public Task<IActionResult> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Ready)] HttpRequest request,
        CancellationToken cancellationToken) => edge.HandleAsync(request, Ready, cancellationToken);
}

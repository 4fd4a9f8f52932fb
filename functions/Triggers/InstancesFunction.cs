using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Triggers;

/// <summary>Which instances there are and what state they are in. It holds no secrets.</summary>
public sealed class InstancesFunction(IHttpEdge<InstancesFunction> edge)
{
    /// <summary>Lists the instances.</summary>
    [Function(nameof(InstancesFunction))]
    public Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "instances")] HttpRequest request,
        CancellationToken cancellationToken) => edge.HandleAsync(request, null, cancellationToken);
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ServerlessGateway.Observability;

namespace ServerlessGateway.Triggers;

/// <summary>Answers whether the process lives, and whether it should be sent requests.</summary>
internal sealed class HealthEdge(Readiness readiness) : IHttpEdge<HealthFunction>
{
    /// <inheritdoc/>
    public async Task<IActionResult> HandleAsync(HttpRequest request, string? name, CancellationToken cancellationToken)
    {
        if (name == HealthFunction.Health)
        {
            return HttpAnswer.Ok(EdgeJson.Serialize(new HealthAnswer("live")));
        }

        return await readiness.ReasonAgainstAsync(cancellationToken) is { } reason
            ? new HttpAnswer(503, EdgeJson.Serialize(new HealthAnswer("not ready", reason)))
            : HttpAnswer.Ok(EdgeJson.Serialize(new HealthAnswer("ready")));
    }
}

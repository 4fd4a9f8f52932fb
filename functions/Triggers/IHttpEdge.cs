using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ServerlessGateway.Triggers;

/// <summary>
/// What stands behind an HTTP function. Functions are public, since the worker's generated code calls only such without
/// reflection; this is the one thing that they need to see.
/// </summary>
/// <typeparam name="TFunction">The function's class.</typeparam>
public interface IHttpEdge<TFunction>
{
    /// <summary>Answers a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">What the route names; null where it names nothing.</param>
    /// <param name="cancellationToken">Ends with the invocation.</param>
    Task<IActionResult> HandleAsync(HttpRequest request, string? name, CancellationToken cancellationToken);
}

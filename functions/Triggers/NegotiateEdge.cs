using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Observability;
using ServerlessGateway.Protocol;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Triggers;

/// <summary>Negotiate over HTTP, with the answers that browsers need to call it from pages of other origins.</summary>
internal sealed class NegotiateEdge(
    TokenValidator tokens, NegotiateHandler handler, GatewayMetrics metrics, IOptions<GatewayOptions> options, ILogger<NegotiateEdge> log)
    : IHttpEdge<NegotiateFunction>
{
    /// <summary>A session id and some names of instances.</summary>
    private const int MaxBodyBytes = 8 * 1024;
    private const int MaxAvoided = 64;

    /// <inheritdoc/>
    public async Task<IActionResult> HandleAsync(HttpRequest request, string? name, CancellationToken cancellationToken)
    {
        var answer = HttpMethods.IsOptions(request.Method)
            ? Preflight()
            : await TryNegotiateAsync(request, cancellationToken);
        return AllowOrigin(answer, request.Headers.Origin);
    }

    private async Task<HttpAnswer> TryNegotiateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await NegotiateAsync(request, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            EdgeLog.Failed(log, nameof(NegotiateFunction), exception);
            return Refuse(EdgeLog.Internal);
        }
    }

    private async Task<HttpAnswer> NegotiateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var access = await tokens.ValidateAsync(request.Headers.Authorization, cancellationToken);
        if (access.Identity is null)
        {
            return Refuse(access.Error!);
        }

        if (await BoundedBody.ReadAsync(request, MaxBodyBytes, cancellationToken) is not { } body)
        {
            return Refuse(ErrorDetail.Of(
                ErrorCodes.RequestTooLarge, "The body is over the limit, in bytes.", request.ContentLength, MaxBodyBytes));
        }

        var wanted = body.IsEmpty ? new NegotiateRequest() : EdgeJson.TryDeserialize<NegotiateRequest>(body.Span);
        if (wanted is null || wanted.Avoid is { Count: > MaxAvoided })
        {
            return Refuse(RequestErrors.Malformed("The body is not JSON of the documented shape."));
        }

        var result = await handler.HandleAsync(access.Identity, wanted, options.Value.ClientLimits, cancellationToken);
        if (result.Answer is not { } answer)
        {
            return Refuse(result.Error!);
        }

        metrics.Negotiate(0);
        return HttpAnswer.Ok(EdgeJson.Serialize(answer)).With("Cache-Control", "no-store");
    }

    private HttpAnswer Refuse(ErrorDetail error)
    {
        metrics.Negotiate(error.Code);
        return HttpAnswer.Of(error);
    }

    private static HttpAnswer Preflight() => new HttpAnswer(204)
        .With("Access-Control-Allow-Methods", "POST")
        .With("Access-Control-Allow-Headers", "authorization, content-type")
        .With("Access-Control-Max-Age", "600");

    /// <summary>
    /// Tokens travel in a header, never in cookies, so credentials are never allowed and <c>*</c> is safe to configure.
    /// </summary>
    private HttpAnswer AllowOrigin(HttpAnswer answer, string? origin)
    {
        if (string.IsNullOrEmpty(origin))
        {
            return answer;
        }

        var isAllowed = options.Value.AllowedOrigins.Any(allowed =>
            allowed == "*" || string.Equals(allowed, origin, StringComparison.OrdinalIgnoreCase));
        return isAllowed ? answer.With("Access-Control-Allow-Origin", origin).With("Vary", "Origin") : answer.With("Vary", "Origin");
    }
}

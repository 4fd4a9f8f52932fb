using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Hub;
using ServerlessGateway.WebPubSubEmulator.Quotas;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>
/// The one way to a REST operation: counts it, lets a fault refuse it, checks the caller and the API version, finds the
/// hub, and turns a refusal into its error answer. Operations cannot be mapped past it, so none can forget the check.
/// </summary>
internal sealed class RestGate(
    HubRegistry hubs,
    HubLimits limits,
    TokenReader tokens,
    EntraTokens entra,
    ServiceAddress address,
    Quota quota,
    InstanceFaults faults,
    Meter meter)
{
    private const int HubSegment = 2;
    private const string SendSegment = ":send";

    private static readonly HashSet<string> Versions =
        ["2021-10-01", "2022-11-01", "2023-07-01", "2024-01-01", "2024-12-01"];

    public async Task RunAsync(HttpContext context, Func<RestCall, ValueTask<IResult>> operation)
    {
        var result = await DecideAsync(context, operation);
        await result.ExecuteAsync(context);
    }

    private async Task<IResult> DecideAsync(HttpContext context, Func<RestCall, ValueTask<IResult>> operation)
    {
        meter.RestCall();
        if (faults.RefusesRest(context) is { } status)
        {
            meter.RestRefused();
            return RestResults.Error(status, RestResults.CodeOf(status), "The call was refused: a fault rule says so.");
        }

        try
        {
            if (await CallerErrorAsync(context) is { } reason)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return RestResults.Error(StatusCodes.Status401Unauthorized, "Unauthorized", reason);
            }

            CheckRate(context);
            var hub = HubOf(context, out var segments);
            if (segments[^1] == SendSegment && !quota.HasMessages) throw TooMany("The messages of this day are used up.");
            return await operation(new RestCall(context, hub, segments, limits, faults));
        }
        catch (RestException refusal)
        {
            if (refusal.StatusCode == StatusCodes.Status429TooManyRequests) meter.RestRefused();
            return RestResults.Error(refusal.StatusCode, refusal.Code, refusal.Message, refusal.Target);
        }
    }

    // The audience is the URL of the request, with its query (JavaScript) or without (.NET).
    private async ValueTask<string?> CallerErrorAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?', 2)[0];
        var token = BearerToken.Of(context.Request);
        if (entra.Accepts(token)) return null;
        var read = await tokens.ReadAsync(
            token, url => address.Is(url, context.Request.Host, target, path));
        return read is TokenResult.Refused refused ? refused.Reason : null;
    }

    private HubCore HubOf(HttpContext context, out string[] segments)
    {
        var version = context.Request.Query["api-version"].ToString();
        if (!Versions.Contains(version))
        {
            throw RestException.Bad(
                $"'api-version' is '{version}'; known are {string.Join(", ", Versions.Order(StringComparer.Ordinal))}.",
                "api-version");
        }

        segments = RestCall.SegmentsOf(context);
        if (!HubName.TryParse(segments[HubSegment], out var name)) throw RestException.Bad("The hub name is invalid.", "hub");
        return hubs.Get(name) ?? throw TooMany("There are too many hubs.");
    }

    private void CheckRate(HttpContext context)
    {
        var wait = quota.WaitOfRestCall();
        if (wait == TimeSpan.Zero) return;
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        throw TooMany("There are too many calls in this second.");
    }

    private static RestException TooMany(string message) =>
        new(StatusCodes.Status429TooManyRequests, "TooManyRequests", message);
}

using System.Net;

namespace ServerlessGateway.Deployment;

/// <summary>Whether the app lets in whom it should, and nobody else.</summary>
internal sealed class AdmissionCheck(HttpClient http, CheckReport report)
{
    private const string Redeploy = "The app does not run what was deployed, or not with these settings: `azd provision`, then `azd deploy`.";

    /// <summary>Asks as each instance does, and as a stranger.</summary>
    public async Task RunAsync(Uri endpoint, IReadOnlyList<DeployedInstance> instances, CancellationToken cancellationToken)
    {
        foreach (var instance in instances)
        {
            var route = new Uri(endpoint, $"api/webpubsub/{instance.Name}");
            var (status, allowed) = await ConsentAsync(route, instance.Host, cancellationToken);
            await report.ExpectAsync(
                status == HttpStatusCode.OK && (allowed == "*" || string.Equals(allowed, instance.Host, StringComparison.OrdinalIgnoreCase)),
                $"consents to callbacks of {instance.Name} ({instance.Host})", $"{(int)status}, allowed origin '{allowed}'", Redeploy);

            (status, _) = await ConsentAsync(route, "stranger.example.com", cancellationToken);
            await report.ExpectAsync((int)status is >= 400 and < 500,
                $"refuses a stranger at the route of {instance.Name}", $"{(int)status}", Redeploy);

            status = await CallBackAsync(route, cancellationToken);
            await report.ExpectAsync(status == HttpStatusCode.Unauthorized,
                $"refuses a callback without a token of {instance.Name}", $"{(int)status}", Redeploy);
        }

        using var response = await http.PostAsync(new Uri(endpoint, "api/negotiate"), content: null, cancellationToken);
        await report.ExpectAsync(response.StatusCode == HttpStatusCode.Unauthorized,
            "refuses to negotiate without a token", $"{(int)response.StatusCode}", Redeploy);
    }

    private async Task<(HttpStatusCode Status, string? Allowed)> ConsentAsync(Uri route, string origin, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, route)
        {
            Headers = { { "WebHook-Request-Origin", origin }, { "ce-awpsversion", "1.0" } },
        };
        using var response = await http.SendAsync(request, cancellationToken);
        var allowed = response.Headers.TryGetValues("WebHook-Allowed-Origin", out var values) ? values.FirstOrDefault() : null;
        return (response.StatusCode, allowed);
    }

    private async Task<HttpStatusCode> CallBackAsync(Uri route, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, route)
        {
            Headers =
            {
                { "ce-specversion", "1.0" }, { "ce-awpsversion", "1.0" }, { "ce-type", "azure.webpubsub.sys.disconnected" },
                { "ce-eventName", "disconnected" }, { "ce-connectionId", "deployment-check" }, { "ce-hub", "gateway" },
                { "ce-source", "/hubs/gateway/client/deployment-check" }, { "ce-id", "1" },
            },
            Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
        };
        using var response = await http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }
}

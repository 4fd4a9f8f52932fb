using System.Text.Json;

namespace ServerlessGateway.Deployment;

/// <summary>
/// Approves the shared private links of the instances to the app. Each is a request of another resource, so the app's
/// owner has to say yes once; Bicep can not, since it does not know the request's name.
/// </summary>
internal sealed class PrivateLinks(DeploymentEnvironment environment, ICommandLineTools tools, TextWriter console)
{
    /// <summary>What <c>modules/web-pubsub-hubs.bicep</c> writes into its requests.</summary>
    public const string Request = "Callbacks of the gateway's instance ";

    /// <summary>Approves what waits and is ours; where nothing is private there is nothing to do.</summary>
    /// <exception cref="DeploymentException">A request could not be approved.</exception>
    public async Task ApproveAsync(CancellationToken cancellationToken)
    {
        if (!bool.TryParse(environment.Get("GATEWAY_PRIVATE_NETWORK"), out var isPrivate) || !isPrivate)
        {
            await console.WriteLineAsync("No private network: no links to approve.");
            return;
        }

        var app = environment.Output("AZURE_FUNCTION_ID");
        var json = await tools.RequireAsync(
            "az",
            ["network", "private-endpoint-connection", "list", "--id", app, "--output", "json", .. environment.Subscription],
            cancellationToken);
        using var connections = JsonDocument.Parse(json);
        foreach (var connection in connections.RootElement.EnumerateArray().Where(IsOurs))
        {
            var id = connection.GetProperty("id").GetString()!;
            await console.WriteLineAsync($"Approves {id}.");
            await tools.RequireAsync(
                "az",
                [
                    "network", "private-endpoint-connection", "approve", "--id", id, "--description", "Callbacks of the gateway",
                    .. environment.Subscription,
                ],
                cancellationToken);
        }
    }

    private static bool IsOurs(JsonElement connection)
    {
        var state = connection.GetProperty("properties").GetProperty("privateLinkServiceConnectionState");
        return state.GetProperty("status").GetString() == "Pending"
            && state.GetProperty("description").GetString()?.StartsWith(Request, StringComparison.Ordinal) == true;
    }
}

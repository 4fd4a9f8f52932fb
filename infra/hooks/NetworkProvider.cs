namespace ServerlessGateway.Deployment;

/// <summary>
/// Registers the resource provider that the app's subnet is delegated to. A deployment registers the providers of what
/// it makes by itself, but of this one it makes nothing.
/// Source: https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#considerations
/// </summary>
internal sealed class NetworkProvider(DeploymentEnvironment environment, ICommandLineTools tools, TextWriter console)
{
    private const string Provider = "Microsoft.App";

    /// <summary>Registers it where a network is made; where none is, or it is registered, there is nothing to do.</summary>
    /// <exception cref="DeploymentException">It is not known where, or it could not be registered.</exception>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        if (environment.Get("GATEWAY_PROFILE") != "private")
        {
            return;
        }

        environment.Require("AZURE_SUBSCRIPTION_ID", "`azd up` asks for it; before `azd provision`: `azd env set AZURE_SUBSCRIPTION_ID ID`.");
        var state = await tools.RequireAsync(
            "az",
            ["provider", "show", "--namespace", Provider, "--query", "registrationState", "--output", "tsv", .. environment.Subscription],
            cancellationToken);
        if (state == "Registered")
        {
            return;
        }

        await console.WriteLineAsync($"Registers the resource provider {Provider} in the subscription: subnets of Flex Consumption are delegated to it.");
        await tools.RequireAsync(
            "az", ["provider", "register", "--namespace", Provider, "--wait", .. environment.Subscription], cancellationToken);
    }
}

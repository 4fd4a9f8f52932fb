using System.Text.Json;

namespace ServerlessGateway.Deployment;

/// <summary>
/// The app registration that callbacks' tokens are for. Each instance calls back with a token of its own identity;
/// Entra only issues tokens for something that is registered, and Bicep without preview extensions can not register. It
/// holds no secret and grants nothing: the app admits a token by the object id of the instance that it is for.
/// </summary>
internal sealed class CallbackRegistration(DeploymentEnvironment environment, ICommandLineTools tools, TextWriter console)
{
    private const string Audience = "GATEWAY_CALLBACK_AUDIENCE";

    /// <summary>Set where this program made the registration, so that only such a one is removed.</summary>
    private const string AppId = "GATEWAY_CALLBACK_APP_ID";

    /// <summary>Makes the registration, or uses the one that is named. Run again it changes nothing.</summary>
    /// <exception cref="DeploymentException">A setting or a permission is missing.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (environment.Get(Audience) is { } existing)
        {
            await console.WriteLineAsync($"Callbacks present tokens for {existing}, as {Audience} says. Nothing is registered.");
            return;
        }

        var name = NameOf(environment.Require("AZURE_ENV_NAME", "Run this by `azd provision`."));
        await CheckTenantAsync(cancellationToken);
        await console.WriteLineAsync($"""
            Registers the application '{name}' in your Entra tenant: an address that Web PubSub asks tokens for when it calls
            the gateway back. It gets no secret and no permission. To use one of yours instead, stop here and
            `azd env set {Audience} api://GUID`.
            """);
        var id = await FindAsync(name, cancellationToken) ?? await CreateAsync(name, cancellationToken);
        await SetAsync(AppId, id, cancellationToken);
        await tools.RequireAsync("az", ["ad", "app", "update", "--id", id, "--identifier-uris", $"api://{id}"], cancellationToken);
        if (!(await tools.RunAsync("az", ["ad", "sp", "show", "--id", id], cancellationToken)).Succeeded)
        {
            // Without it the tenant does not know the registration as something to issue tokens for.
            await tools.RequireAsync("az", ["ad", "sp", "create", "--id", id], cancellationToken);
        }

        await SetAsync(Audience, $"api://{id}", cancellationToken);
        await console.WriteLineAsync($"Callbacks present tokens for api://{id}.");
    }

    /// <summary>Removes the registration for good where this program made it.</summary>
    /// <exception cref="DeploymentException">It could not be removed.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (environment.Get(AppId) is not { } id)
        {
            await console.WriteLineAsync("No app registration was made for this environment; none is removed.");
            return;
        }

        await CheckTenantAsync(cancellationToken);
        await console.WriteLineAsync($"Removes the app registration {id}.");
        var shown = await tools.RunAsync("az", ["ad", "app", "show", "--id", id, "--query", "id", "--output", "tsv"], cancellationToken);
        if (shown.Succeeded)
        {
            await tools.RequireAsync("az", ["ad", "app", "delete", "--id", id], cancellationToken);
            // It would otherwise lie among the deleted ones for 30 days.
            var url = $"https://graph.microsoft.com/v1.0/directory/deletedItems/{shown.Output.Trim()}";
            if (!(await tools.RunAsync("az", ["rest", "--method", "delete", "--url", url], cancellationToken)).Succeeded)
            {
                await console.WriteLineAsync("It is deleted, and leaves the list of deleted applications by itself after 30 days.");
            }
        }

        await SetAsync(AppId, "", cancellationToken);
        await SetAsync(Audience, "", cancellationToken);
    }

    /// <summary>
    /// <c>az ad</c> works in the tenant that <c>az</c> is set to, whatever azd deploys to. A registration made there is
    /// one that no instance gets a token for, and one that is looked for there seems to be gone.
    /// </summary>
    private async Task CheckTenantAsync(CancellationToken cancellationToken)
    {
        if (environment.Subscription.Count == 0)
        {
            return;
        }

        string[] show = ["account", "show", "--query", "tenantId", "--output", "tsv"];
        var tenant = await tools.RequireAsync("az", show, cancellationToken);
        var deployedTo = await tools.RequireAsync("az", [.. show, .. environment.Subscription], cancellationToken);
        if (!string.Equals(tenant, deployedTo, StringComparison.OrdinalIgnoreCase))
        {
            throw new DeploymentException(
                $"`az` is set to the tenant {tenant}, and the subscription that azd deploys to belongs to {deployedTo}. "
                + $"`az account set {string.Join(' ', environment.Subscription)}`, then once more.");
        }
    }

    private static string NameOf(string environmentName) => $"gateway-callbacks-{environmentName}";

    /// <summary>One that a run made which was interrupted; names are not unique, so more than one is nobody's.</summary>
    private async Task<string?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var json = await tools.RequireAsync(
            "az", ["ad", "app", "list", "--filter", $"displayName eq '{name}'", "--query", "[].appId", "--output", "json"], cancellationToken);
        var ids = JsonSerializer.Deserialize<string[]>(json) ?? [];
        return ids.Length <= 1
            ? ids.FirstOrDefault()
            : throw new DeploymentException(
                $"{ids.Length} app registrations are called '{name}'. Say which: `azd env set {Audience} api://GUID`.");
    }

    private Task<string> CreateAsync(string name, CancellationToken cancellationToken) => tools.RequireAsync(
        "az",
        ["ad", "app", "create", "--display-name", name, "--sign-in-audience", "AzureADMyOrg", "--query", "appId", "--output", "tsv"],
        cancellationToken);

    private Task<string> SetAsync(string name, string value, CancellationToken cancellationToken) =>
        tools.RequireAsync("azd", ["env", "set", name, value], cancellationToken);
}

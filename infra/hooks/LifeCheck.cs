using System.Net;
using System.Text.Json;

namespace ServerlessGateway.Deployment;

/// <summary>
/// Whether the app runs and reaches its store. There are two ways known in which an app on Flex Consumption stays dead
/// after a deploy that succeeded: the platform does not list its functions, only its own <c>WarmUp</c>
/// (azure-functions-host #10169), or .NET crashes when the platform starts it (azure-functions-dotnet-worker #3335).
/// </summary>
internal sealed class LifeCheck(
    DeploymentEnvironment environment,
    ICommandLineTools tools,
    HttpClient http,
    Func<TimeSpan, CancellationToken, Task> pause,
    CheckReport report)
{
    private const string Crashed = """
        The functions are listed, but the app does not answer: most likely it ends at its start.
                  A crash of the runtime (exit code 139, dotnet-worker #3335) is gone with
                    azd env set GATEWAY_USE_PLACEHOLDER false && azd provision && azd deploy
                  A setting that the app refuses is in Application Insights: exceptions | order by timestamp desc | take 20
        """;

    private const string WarmUpOnly = """
        The platform lists no function of the app (functions-host #10169). It was asked to look again, without effect.
                  Open the app in the portal, Functions, Refresh; or `azd deploy` once more.
        """;

    /// <summary>True where the app serves.</summary>
    public async Task<bool> RunAsync(Uri endpoint, CancellationToken cancellationToken) =>
        await LivesAsync(endpoint, cancellationToken) && await IsReadyAsync(endpoint, cancellationToken);

    private async Task<bool> LivesAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        var health = new Uri(endpoint, "api/health");
        var found = await WaitAsync(health, cancellationToken);
        if (found != "200" && await FunctionsAsync(cancellationToken) is { Count: 0 })
        {
            // What the portal's Refresh does.
            var app = environment.Output("AZURE_FUNCTION_ID");
            await tools.RunAsync(
                "az",
                ["rest", "--method", "post", "--url", $"https://management.azure.com{app}/syncfunctiontriggers?api-version=2025-03-01"],
                cancellationToken);
            found = await WaitAsync(health, cancellationToken);
        }

        if (found == "200")
        {
            await report.PassAsync("the app is alive");
            return true;
        }

        await report.FailAsync($"the app is alive: {found} from {health}", await FunctionsAsync(cancellationToken) switch
        {
            null => $"Whether its functions are listed could not be found out: sign in with `az login`.\n          {Crashed}",
            { Count: 0 } => WarmUpOnly,
            _ => Crashed,
        });
        return false;
    }

    private async Task<bool> IsReadyAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        var found = await WaitAsync(new Uri(endpoint, "api/ready"), cancellationToken);
        await report.ExpectAsync(found == "200", "the app reaches its store", found,
            "Its identity may lack a role, or new roles are not known everywhere yet: wait, then `dotnet run --project infra/hooks -- check`.");
        return found == "200";
    }

    /// <summary>The functions of the app; null where that could not be found out.</summary>
    private async Task<IReadOnlyList<string>?> FunctionsAsync(CancellationToken cancellationToken)
    {
        var result = await tools.RunAsync(
            "az",
            [
                "functionapp", "function", "list", "--resource-group", environment.Output("AZURE_RESOURCE_GROUP"),
                "--name", environment.Output("AZURE_FUNCTION_NAME"), "--query", "[].name", "--output", "json",
                .. environment.Subscription,
            ],
            cancellationToken);
        return result.Succeeded
            ? [.. (JsonSerializer.Deserialize<string[]>(result.Output) ?? [])
                .Where(name => !name.EndsWith("/WarmUp", StringComparison.OrdinalIgnoreCase))]
            : null;
    }

    /// <summary>Asks until the answer is 200, or has not been for too long; gives what came last.</summary>
    private async Task<string> WaitAsync(Uri address, CancellationToken cancellationToken)
    {
        var last = "nothing";
        for (var attempt = 1; attempt <= DeploymentCheck.Attempts; attempt++)
        {
            last = await AskAsync(address, cancellationToken);
            if (last == "200")
            {
                break;
            }

            if (attempt < DeploymentCheck.Attempts)
            {
                await pause(DeploymentCheck.Pause, cancellationToken);
            }
        }

        return last;
    }

    private async Task<string> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK
                ? "200"
                : $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}".Trim();
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return exception.Message;
        }
    }
}

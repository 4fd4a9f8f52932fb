namespace ServerlessGateway.Deployment;

/// <summary>
/// Looks at a deployment from outside, as clients and Web PubSub do: is the app alive, does it reach its store, does it
/// consent to callbacks of its instances and of nobody else, and does a message go round? Between two attempts it waits
/// by the delegate that it is given.
/// </summary>
internal sealed class DeploymentCheck(
    DeploymentEnvironment environment,
    ICommandLineTools tools,
    HttpClient http,
    Func<TimeSpan, CancellationToken, Task> pause,
    TextWriter console)
{
    /// <summary>Roles that were granted just now take minutes until every part of Azure knows them.</summary>
    public const int Attempts = 30;

    /// <summary>The time between two attempts.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Runs every check that can be run, and prints how to try the gateway; true where none failed.</summary>
    /// <exception cref="DeploymentException">The deployment is not known.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var endpoint = new Uri(environment.Output("GATEWAY_ENDPOINT"));
        var instances = environment.Instances();
        var report = new CheckReport(console);
        await console.WriteLineAsync($"Checks {endpoint} from outside.");
        var life = new LifeCheck(environment, tools, http, pause, report);
        if (await life.RunAsync(endpoint, cancellationToken))
        {
            await new AdmissionCheck(http, report).RunAsync(endpoint, instances, cancellationToken);
            await new RoundTripCheck(environment, report).RunAsync(endpoint, instances, cancellationToken);
        }

        await console.WriteLineAsync(report.IsGood ? Instructions(endpoint) : "The deployment does not work yet; see what FAILED.");
        return report.IsGood;
    }

    private static string Instructions(Uri endpoint)
    {
        var address = endpoint.GetLeftPart(UriPartial.Authority);
        return $$$"""

            The gateway is {{{address}}}. Try it; TOKEN is one of your issuer's, with
            "sub" and "capabilities": {"orders:*": ["subscribe", "publish"]}:

              export GATEWAY={{{address}}}
              export TOKEN=...
              gateway() { dotnet run --project tools/gateway -- "$@" --endpoint "$GATEWAY" --token "$TOKEN"; }
              curl $GATEWAY/api/ready
              curl $GATEWAY/api/instances
              curl -X POST -H "Authorization: Bearer $TOKEN" $GATEWAY/api/negotiate
              gateway publish orders:1 '{"hello":"world"}'
              seq 1 100 | gateway publish orders:1
              gateway tail orders:1 --since beginning --count 101
              gateway tail orders:1 --json
            """;
    }
}

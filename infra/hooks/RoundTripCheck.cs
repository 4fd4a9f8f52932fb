using ServerlessGateway.Client;

namespace ServerlessGateway.Deployment;

/// <summary>
/// Whether a message goes round by each instance: a client there negotiates, subscribes, publishes, and receives what it
/// published. That is the whole way: token, client URL, callback with the instance's identity, queue, table, send.
/// </summary>
internal sealed class RoundTripCheck(DeploymentEnvironment environment, CheckReport report)
{
    private const string Token = "GATEWAY_CHECK_TOKEN";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Sends a message round by each instance, where there is a token to do so with.</summary>
    public async Task RunAsync(Uri endpoint, IReadOnlyList<DeployedInstance> instances, CancellationToken cancellationToken)
    {
        var channel = environment.Get("GATEWAY_CHECK_CHANNEL") ?? "orders:deployment-check";
        if (environment.Get(Token) is not { } token)
        {
            await report.SkipAsync("negotiate, publish and receive were not checked",
                $"They need a token of your issuer that may subscribe and publish in {channel}:\n"
                + $"          {Token}=TOKEN dotnet run --project infra/hooks -- check");
            return;
        }

        foreach (var instance in instances)
        {
            var others = instances.Where(other => other != instance).Select(other => other.Name).ToList();
            var outcome = await TryAsync(endpoint, token, channel, others, cancellationToken);
            await report.ExpectAsync(outcome is null, $"a message goes round by {instance.Name}", outcome ?? "",
                "Is the role of the app on the instance known yet, and does the instance's event handler name this app? "
                + "Application Insights has the app's side: traces | where message contains 'Callback'");
        }
    }

    /// <summary>Null where the message came back; otherwise what went wrong.</summary>
    private static async Task<string?> TryAsync(
        Uri endpoint, string token, string channel, IReadOnlyList<string> avoid, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await using var client = new GatewayClient(new GatewayClientOptions
            {
                Endpoint = endpoint,
                GetToken = _ => ValueTask.FromResult(token),
                AvoidInstances = avoid,
            });
            await client.ConnectAsync(limit.Token);
            var mark = Guid.NewGuid().ToString("N");
            var published = await client.PublishAsync(channel, new { check = mark }, limit.Token);
            if (!published.IsAccepted)
            {
                return $"publishing was answered {published.Outcome} {published.Error?.Code} {published.Error?.Message}";
            }

            await foreach (var item in client.SubscribeAsync(channel, StartFrom.Beginning, limit.Token))
            {
                if (item is ChannelMessage message && message.Data.ToString().Contains(mark, StringComparison.Ordinal))
                {
                    return null;
                }
            }

            return "the subscription ended before the message came";
        }
        catch (GatewayException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"nothing came back within {Patience.TotalSeconds} s";
        }
    }
}

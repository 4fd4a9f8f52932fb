using System.Text.Json;
using ServerlessGateway.Deployment;

namespace ServerlessGateway.EndToEnd.Tests;

/// <summary>The check after a deployment, against a gateway that runs: a message really goes round by each instance.</summary>
[Collection(StackCollection.Name)]
public sealed class DeploymentCheckTests(StackFixture stack)
{
    [Fact]
    public async Task A_gateway_that_runs_passes_the_check_of_a_deployment()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        using var console = new StringWriter();

        Assert.True(await RunAsync(stack.TokenOf("deployer"), console, patience.Token), console.ToString());

        foreach (var instance in stack.Stack.Options.Instances)
        {
            Assert.Contains($"ok      consents to callbacks of {instance}", console.ToString(), StringComparison.Ordinal);
            Assert.Contains($"ok      a message goes round by {instance}", console.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_without_rights_fails_the_check_with_what_the_gateway_says()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        using var console = new StringWriter();

        Assert.False(await RunAsync(stack.TokenOf("deployer", "other:*"), console, patience.Token));

        Assert.Contains("FAILED  a message goes round by", console.ToString(), StringComparison.Ordinal);
        Assert.Contains("publishing was answered", console.ToString(), StringComparison.Ordinal);
    }

    private async Task<bool> RunAsync(string token, StringWriter console, CancellationToken cancellationToken)
    {
        var instances = stack.Stack.Instances.Select(instance => new DeployedInstance(
            instance.Key, instance.Key, new Uri(instance.Value.Ready.Values["endpoint"]).Authority));
        var environment = new DeploymentEnvironment(new Dictionary<string, string>
        {
            ["GATEWAY_ENDPOINT"] = stack.Stack.Endpoint.AbsoluteUri,
            ["GATEWAY_INSTANCES"] = JsonSerializer.Serialize(instances, JsonSerializerOptions.Web),
            ["GATEWAY_CHECK_TOKEN"] = token,
        }.GetValueOrDefault);
        using var http = new HttpClient();
        // The stack is ready when it says so; a check that had to wait would be a fault.
        return await new DeploymentCheck(environment, new NoTools(), http, (_, _) => throw new TimeoutException(console.ToString()), console)
            .RunAsync(cancellationToken);
    }

    private sealed class NoTools : ICommandLineTools
    {
        public Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"Nothing of Azure is asked here: {program} {string.Join(' ', arguments)}");
    }
}

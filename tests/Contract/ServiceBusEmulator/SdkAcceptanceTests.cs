using ServerlessGateway.ServiceBusEmulator;
using ServerlessGateway.ServiceBusEmulator.Configuration;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>Microsoft's <c>@azure/service-bus</c>, unchanged, cannot tell the emulator from the service.</summary>
public sealed class SdkAcceptanceTests
{
    [Fact]
    [Feature("SDKs", "@azure/service-bus 7.9.5, unchanged")]
    [Feature("Receiving", "Complete, abandon, defer, dead-letter")]
    [Feature("Receiving", "Lock expiry")]
    [Feature("Receiving", "Deferred messages: receive, renew, settle in every form")]
    [Feature("Receiving", "Time to live: of the message, the queue, the topic")]
    [Feature("Receiving", "Dead-lettering after the last delivery and on expiry")]
    [Feature("Forwarding", "Chains of queues and subscriptions")]
    [Feature("Forwarding", "Dead letters, with their source")]
    [Feature("Sending", "Duplicate detection")]
    [Feature("Sending", "Size limits of the Premium tier, up to 100 MB by MaxMessageSizeInKilobytes")]
    [Feature("Sending", "Properties of at most 64 KB")]
    [Feature("Sending", "Scheduled messages")]
    [Feature("Sessions", "Accept the next session, with waiting")]
    [Feature("Topics", "Topics and subscriptions")]
    [Feature("Topics", "Correlation filters")]
    [Feature("Management", "Rules: add, remove, list")]
    public async Task The_JavaScript_SDK_finds_what_it_expects()
    {
        var config = await File.ReadAllTextAsync(
            RepositoryRoot.Combine("tests", "sdk-acceptance", "servicebus", "config.json"));
        Assert.True(EmulatorConfiguration.TryRead(config, out var definition, out var error), error);
        await using var emulator = await ServiceBusEmulatorHost.StartAsync(
            new ServiceBusEmulatorOptions { Namespace = definition }, CancellationToken.None);

        // Many tests wait for locks to run out: side by side they wait together.
        var environment = new Dictionary<string, string>
        {
            ["SERVICEBUS_CONNECTION_STRING"] = emulator.ConnectionString,
        };
        var passed = await NodeSuite.RunAsync("servicebus", environment, filesAtOnce: 6);

        Assert.True(passed >= 94, $"Only {passed} tests ran.");
    }
}

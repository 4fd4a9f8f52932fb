using Amqp;
using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator;
using ServerlessGateway.ServiceBusEmulator.Configuration;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>What a configuration says, found again on the wire; and what it may not say.</summary>
public sealed class ConfigurationTests
{
    private const string Chain = """
        {"UserConfig":{"Namespaces":[{"Name":"sbemulatorns",
          "Queues":[
            {"Name":"q1","Properties":{"ForwardTo":"q2"}}, {"Name":"q2","Properties":{"ForwardTo":"q3"}},
            {"Name":"q3","Properties":{"ForwardTo":"q4"}}, {"Name":"q4","Properties":{"ForwardTo":"q5"}},
            {"Name":"q5","Properties":{"ForwardTo":"q6"}}, {"Name":"q6"}],
          "Topics":[]}],"Logging":{"Type":"Console,File"}}}
        """;

    [Fact]
    [Feature("Configuration", "The official emulator's config.json",
        Support = FeatureSupport.Different,
        Note = "Values may also be what the cloud allows, and keys are checked: one that is unknown stops the start.")]
    public async Task Settings_of_the_official_file_are_found_on_the_wire()
    {
        await using var emulator = await StartAsync("""
            {"UserConfig":{"Namespaces":[{"Name":"sbemulatorns",
              "Queues":[{"Name":"queue.1","Properties":{
                "DeadLetteringOnMessageExpiration":false,"DefaultMessageTimeToLive":"PT1H",
                "DuplicateDetectionHistoryTimeWindow":"PT20S","ForwardDeadLetteredMessagesTo":"","ForwardTo":"",
                "LockDuration":"PT2M","MaxDeliveryCount":3,"RequiresDuplicateDetection":true,"RequiresSession":false}}],
              "Topics":[]}],"Logging":{"Type":"File"}}}
            """);
        var session = await OpenAsync(emulator);
        var sender = new SenderLink(session, "s", "queue.1");
        await sender.SendAsync(EmulatorFixture.Text("once"), EmulatorFixture.Patience);
        await sender.SendAsync(EmulatorFixture.Text("once"), EmulatorFixture.Patience);

        var message = await new ReceiverLink(session, "r", "queue.1").ReceiveAsync(EmulatorFixture.Patience);

        Assert.Equal(3_600_000u, message.Header.Ttl);
        var locked = (DateTime)message.MessageAnnotations[new Amqp.Types.Symbol("x-opt-locked-until")] - DateTime.UtcNow;
        Assert.InRange(locked, TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(121));
        Assert.True(emulator.Broker.TryFind("queue.1", out var queue));
        Assert.Equal(1, ((ServerlessGateway.ServiceBusEmulator.Broker.MessageQueue)queue).Count().Locked);
    }

    [Theory]
    [InlineData("EnablePartitioning")]
    [InlineData("AutoDeleteOnIdle")]
    [InlineData("EnableBatchedOperations")]
    [InlineData("EnableExpress")]
    [InlineData("Status")]
    [InlineData("UserMetadata")]
    [Feature("Not supported", "Partitioning, auto-delete, disabled entities and other cloud settings",
        Support = FeatureSupport.Missing,
        Note = "The start stops and names the key.")]
    public void Settings_that_are_not_supported_are_named(string key)
    {
        var config = """{"UserConfig":{"Namespaces":[{"Name":"n","Queues":[{"Name":"q","Properties":{"KEY":true}}]}]}}"""
            .Replace("KEY", key, StringComparison.Ordinal);

        Assert.False(EmulatorConfiguration.TryRead(config, out _, out var error));

        Assert.Equal($"$.UserConfig.Namespaces[0].Queues[0].Properties.{key}: not supported: {key}.", error);
    }

    [Fact]
    [Feature("Forwarding", "At most four hops",
        Support = FeatureSupport.Different,
        Note = "What would go further is in the dead-letter queue of the entity where it stopped, "
            + "where Azure has a transfer dead-letter queue.")]
    public async Task After_four_hops_a_message_is_a_dead_letter()
    {
        await using var emulator = await StartAsync(Chain);
        var session = await OpenAsync(emulator);
        await new SenderLink(session, "s", "q1").SendAsync(EmulatorFixture.Text("far"), EmulatorFixture.Patience);
        await new SenderLink(session, "s2", "q2").SendAsync(EmulatorFixture.Text("near"), EmulatorFixture.Patience);

        var near = await new ReceiverLink(session, "r", "q6").ReceiveAsync(EmulatorFixture.Patience);
        var far = await new ReceiverLink(session, "r2", "q5/$deadletterqueue").ReceiveAsync(EmulatorFixture.Patience);

        Assert.Equal("near", near.Properties.MessageId);
        Assert.Equal("far", far.Properties.MessageId);
        Assert.Equal("MaxTransferHopCountExceeded", far.ApplicationProperties["DeadLetterReason"]);
    }

    [Theory]
    [InlineData("q6/$Transfer/$DeadLetterQueue")]
    [InlineData("q6/$transfer/$deadletterqueue/$management")]
    [Feature("Not supported", "Transfer dead-letter queues",
        Support = FeatureSupport.Missing,
        Note = "A link to one is refused with `amqp:not-implemented`.")]
    public async Task Transfer_dead_letter_queues_are_refused_by_name(string address)
    {
        await using var emulator = await StartAsync(Chain);
        var receiver = new ReceiverLink(await OpenAsync(emulator), "r", address);
        var ended = new TaskCompletionSource<Error>();
        receiver.AddClosedCallback((_, error) => ended.TrySetResult(error));

        var error = await ended.Task.WaitAsync(EmulatorFixture.Patience);

        Assert.Equal(ErrorCode.NotImplemented, (string)error.Condition);
        Assert.Contains("Transfer dead-letter queues", error.Description, StringComparison.Ordinal);
    }

    private static async Task<ServiceBusEmulatorHost> StartAsync(string config)
    {
        Assert.True(EmulatorConfiguration.TryRead(config, out var definition, out var error), error);
        return await ServiceBusEmulatorHost.StartAsync(
            new ServiceBusEmulatorOptions { Namespace = definition }, CancellationToken.None);
    }

    private static async Task<Session> OpenAsync(ServiceBusEmulatorHost emulator)
    {
        var address = new Address(
            "127.0.0.1", emulator.AmqpEndPoint.Port, "RootManageSharedAccessKey", "SAS_KEY_VALUE", "/", "amqp");
        return new Session(await new ConnectionFactory().CreateAsync(address));
    }
}

using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>Defaults, ranges and refusals of the official package, without a broker.</summary>
public sealed class ServiceBusOptionsTests
{
    private const string ConnectionString =
        "Endpoint=sb://localhost:1;SharedAccessKeyName=name;SharedAccessKey=key;UseDevelopmentEmulator=true;";

    [Fact]
    public void Retries_default_to_three_exponential_ones_of_a_minute_each()
    {
        var options = new ServiceBusClientOptions().RetryOptions;

        Assert.Equal(ServiceBusRetryMode.Exponential, options.Mode);
        Assert.Equal(3, options.MaxRetries);
        Assert.Equal(TimeSpan.FromSeconds(0.8), options.Delay);
        Assert.Equal(TimeSpan.FromMinutes(1), options.MaxDelay);
        Assert.Equal(TimeSpan.FromMinutes(1), options.TryTimeout);
    }

    [Fact]
    public void Retry_options_refuse_what_makes_no_sense()
    {
        var options = new ServiceBusRetryOptions();

        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxRetries = 101);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxRetries = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Delay = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Delay = TimeSpan.FromMinutes(6));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxDelay = TimeSpan.FromSeconds(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.TryTimeout = TimeSpan.FromHours(2));
        Assert.ThrowsAny<ArgumentException>(() => options.TryTimeout = TimeSpan.FromSeconds(-1));
    }

    [Fact]
    public async Task A_session_processor_holds_eight_sessions_one_message_each_and_completes()
    {
        await using var client = new ServiceBusClient(ConnectionString);
        var processor = client.CreateSessionProcessor("q");
        var named = client.CreateSessionProcessor(
            "q",
            new ServiceBusSessionProcessorOptions
            {
                Identifier = "mine",
                ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete,
            });

        Assert.True(processor.AutoCompleteMessages);
        Assert.Equal(8, processor.MaxConcurrentSessions);
        Assert.Equal(1, processor.MaxConcurrentCallsPerSession);
        Assert.Equal(TimeSpan.FromMinutes(5), processor.MaxAutoLockRenewalDuration);
        Assert.Null(processor.SessionIdleTimeout);
        Assert.Equal(0, processor.PrefetchCount);
        Assert.Equal(ServiceBusReceiveMode.PeekLock, processor.ReceiveMode);
        Assert.Equal(("q", "localhost"), (processor.EntityPath, processor.FullyQualifiedNamespace));
        Assert.Equal(("mine", ServiceBusReceiveMode.ReceiveAndDelete), (named.Identifier, named.ReceiveMode));
        Assert.False(processor.IsProcessing);
    }

    [Fact]
    public async Task A_processor_handles_one_message_at_a_time_and_completes_it()
    {
        await using var client = new ServiceBusClient(ConnectionString);
        var processor = client.CreateProcessor("t", "s", new ServiceBusProcessorOptions
        {
            SubQueue = SubQueue.DeadLetter,
            Identifier = "mine",
            ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete,
        });

        Assert.True(processor.AutoCompleteMessages);
        Assert.Equal(1, processor.MaxConcurrentCalls);
        Assert.Equal(TimeSpan.FromMinutes(5), processor.MaxAutoLockRenewalDuration);
        Assert.Equal(
            ("mine", "localhost", "t/Subscriptions/s/$DeadLetterQueue"),
            (processor.Identifier, processor.FullyQualifiedNamespace, processor.EntityPath));
        Assert.Equal((0, ServiceBusReceiveMode.ReceiveAndDelete), (processor.PrefetchCount, processor.ReceiveMode));
    }

    [Fact]
    public void Processor_options_refuse_what_makes_no_sense()
    {
        var options = new ServiceBusSessionProcessorOptions();

        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxConcurrentSessions = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxConcurrentCallsPerSession = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.PrefetchCount = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.SessionIdleTimeout = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxAutoLockRenewalDuration = TimeSpan.FromSeconds(-1));
        options.MaxAutoLockRenewalDuration = Timeout.InfiniteTimeSpan;
        options.MaxAutoLockRenewalDuration = TimeSpan.Zero;
    }

    [Fact]
    public void Ids_of_a_message_have_at_most_128_characters()
    {
        var message = new ServiceBusMessage { MessageId = new string('m', 128), SessionId = new string('s', 128) };

        Assert.Throws<ArgumentOutOfRangeException>(() => message.MessageId = new string('m', 129));
        Assert.ThrowsAny<ArgumentException>(() => message.MessageId = string.Empty);
        Assert.Throws<ArgumentOutOfRangeException>(() => message.SessionId = new string('s', 129));
        Assert.Throws<ArgumentOutOfRangeException>(() => message.PartitionKey = "not the session");
        Assert.Throws<ArgumentOutOfRangeException>(() => message.TimeToLive = TimeSpan.Zero);
        Assert.Equal(128, message.MessageId.Length);
    }

    [Fact]
    public void A_message_that_says_nothing_has_the_defaults()
    {
        var message = new ServiceBusMessage();

        Assert.Equal(0, message.Body.ToMemory().Length);
        Assert.Null(message.MessageId);
        Assert.Equal(TimeSpan.MaxValue, message.TimeToLive);
        Assert.Equal(default, message.ScheduledEnqueueTime);
        Assert.Empty(message.ApplicationProperties);
    }

    [Fact]
    public void A_session_overrides_the_partition_key()
    {
        var message = new ServiceBusMessage { PartitionKey = "a" };

        message.SessionId = "b";

        Assert.Equal("b", message.PartitionKey);
    }

    [Fact]
    public void A_received_message_can_be_made_for_tests()
    {
        var at = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var token = Guid.NewGuid();

        var message = ServiceBusModelFactory.ServiceBusReceivedMessage(
            BinaryData.FromString("body"),
            messageId: "m",
            sessionId: "s",
            properties: new Dictionary<string, object> { ["p"] = 1 },
            lockTokenGuid: token,
            deliveryCount: 4,
            lockedUntil: at,
            sequenceNumber: 7,
            enqueuedTime: at,
            serviceBusMessageState: ServiceBusMessageState.Deferred);

        Assert.Equal("body", message.Body.ToString());
        Assert.Equal(("m", "s", 4, 7L), (message.MessageId, message.SessionId, message.DeliveryCount, message.SequenceNumber));
        Assert.Equal((at, at), (message.EnqueuedTime, message.LockedUntil));
        Assert.Equal(token.ToString(), message.LockToken);
        Assert.Equal(1, message.ApplicationProperties["p"]);
        Assert.Equal(ServiceBusMessageState.Deferred, message.State);
        Assert.Equal(-1, ServiceBusModelFactory.ServiceBusReceivedMessage().SequenceNumber);
    }

    [Theory]
    [InlineData("SharedAccessKeyName=name;SharedAccessKey=key")]
    [InlineData("Endpoint=sb://localhost")]
    [InlineData("nonsense")]
    public void A_connection_string_that_lacks_something_is_refused(string connectionString)
    {
        var failure = Assert.ThrowsAny<Exception>(() => new ServiceBusClient(connectionString));

        Assert.True(failure is FormatException or ArgumentException, failure.GetType().Name);
    }

    [Fact]
    public async Task A_client_is_named_and_knows_its_namespace()
    {
        await using var client = new ServiceBusClient(
            ConnectionString, new ServiceBusClientOptions { Identifier = "mine" });
        var sender = client.CreateSender("q", new ServiceBusSenderOptions { Identifier = "sender" });
        var receiver = client.CreateReceiver(
            "t", "s", new ServiceBusReceiverOptions { Identifier = "receiver", PrefetchCount = 3 });

        Assert.Equal(("mine", "localhost", false), (client.Identifier, client.FullyQualifiedNamespace, client.IsClosed));
        Assert.Equal(("sender", "q", "localhost"), (sender.Identifier, sender.EntityPath, sender.FullyQualifiedNamespace));
        Assert.Equal(("receiver", "t/Subscriptions/s", 3), (receiver.Identifier, receiver.EntityPath, receiver.PrefetchCount));
        Assert.Equal(("localhost", ServiceBusReceiveMode.PeekLock), (receiver.FullyQualifiedNamespace, receiver.ReceiveMode));
    }
}

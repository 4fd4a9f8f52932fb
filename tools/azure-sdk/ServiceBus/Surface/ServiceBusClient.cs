#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using Azure.Core;
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A namespace, and the connection to it.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public class ServiceBusClient : IAsyncDisposable
{
    private readonly ClientCore _core;

    /// <summary>For mocks.</summary>
    protected ServiceBusClient()
    {
    }

    /// <summary>Makes a client from a connection string.</summary>
    public ServiceBusClient(string connectionString)
        : this(connectionString, new ServiceBusClientOptions())
    {
    }

    /// <summary>Makes a client from a connection string.</summary>
    public ServiceBusClient(string connectionString, ServiceBusClientOptions options) =>
        _core = ClientCore.FromConnectionString(Check.NotEmpty(connectionString, nameof(connectionString)), options);

    /// <summary>Makes a client that authenticates by a token.</summary>
    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential)
        : this(fullyQualifiedNamespace, credential, new ServiceBusClientOptions())
    {
    }

    /// <summary>Makes a client that authenticates by a token.</summary>
    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential, ServiceBusClientOptions options) =>
        _core = ClientCore.FromCredential(
            Check.NotEmpty(fullyQualifiedNamespace, nameof(fullyQualifiedNamespace)),
            Check.NotNull(credential, nameof(credential)),
            options);

    internal ServiceBusClient(ClientCore core) => _core = core;

    /// <summary>The namespace.</summary>
    public virtual string FullyQualifiedNamespace => _core.FullyQualifiedNamespace;

    /// <summary>The name of this client in logs.</summary>
    public virtual string Identifier => _core.Identifier;

    /// <summary>Whether it was closed.</summary>
    public virtual bool IsClosed => _core.IsClosed;

    /// <summary>Makes a sender for a queue or topic.</summary>
    public virtual ServiceBusSender CreateSender(string queueOrTopicName) => CreateSender(queueOrTopicName, null);

    /// <summary>Makes a sender for a queue or topic.</summary>
    public virtual ServiceBusSender CreateSender(string queueOrTopicName, ServiceBusSenderOptions options) =>
        _core.CreateSender(Check.NotEmpty(queueOrTopicName, nameof(queueOrTopicName)), options);

    /// <summary>Makes a receiver for a queue.</summary>
    public virtual ServiceBusReceiver CreateReceiver(string queueName) =>
        CreateReceiver(queueName, new ServiceBusReceiverOptions());

    /// <summary>Makes a receiver for a queue.</summary>
    public virtual ServiceBusReceiver CreateReceiver(string queueName, ServiceBusReceiverOptions options) =>
        _core.CreateReceiver(EntityName.Queue(queueName), options);

    /// <summary>Makes a receiver for a subscription.</summary>
    public virtual ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName) =>
        CreateReceiver(topicName, subscriptionName, new ServiceBusReceiverOptions());

    /// <summary>Makes a receiver for a subscription.</summary>
    public virtual ServiceBusReceiver CreateReceiver(
        string topicName, string subscriptionName, ServiceBusReceiverOptions options) =>
        _core.CreateReceiver(EntityName.Subscription(topicName, subscriptionName), options);

    /// <summary>Waits for a session of a queue that has messages and that nobody holds.</summary>
    public virtual Task<ServiceBusSessionReceiver> AcceptNextSessionAsync(
        string queueName, ServiceBusSessionReceiverOptions options = null, CancellationToken cancellationToken = default) =>
        _core.AcceptSessionAsync(EntityName.Queue(queueName), null, options, cancellationToken);

    /// <summary>Waits for a session of a subscription that has messages and that nobody holds.</summary>
    public virtual Task<ServiceBusSessionReceiver> AcceptNextSessionAsync(
        string topicName,
        string subscriptionName,
        ServiceBusSessionReceiverOptions options = null,
        CancellationToken cancellationToken = default) =>
        _core.AcceptSessionAsync(EntityName.Subscription(topicName, subscriptionName), null, options, cancellationToken);

    /// <summary>Takes one session of a queue.</summary>
    public virtual Task<ServiceBusSessionReceiver> AcceptSessionAsync(
        string queueName,
        string sessionId,
        ServiceBusSessionReceiverOptions options = null,
        CancellationToken cancellationToken = default) =>
        _core.AcceptSessionAsync(
            EntityName.Queue(queueName), Check.NotNull(sessionId, nameof(sessionId)), options, cancellationToken);

    /// <summary>Takes one session of a subscription.</summary>
    public virtual Task<ServiceBusSessionReceiver> AcceptSessionAsync(
        string topicName,
        string subscriptionName,
        string sessionId,
        ServiceBusSessionReceiverOptions options = null,
        CancellationToken cancellationToken = default) =>
        _core.AcceptSessionAsync(
            EntityName.Subscription(topicName, subscriptionName),
            Check.NotNull(sessionId, nameof(sessionId)),
            options,
            cancellationToken);

    /// <summary>Makes a processor for a queue.</summary>
    public virtual ServiceBusProcessor CreateProcessor(string queueName, ServiceBusProcessorOptions options) =>
        _core.CreateProcessor(EntityName.Queue(queueName), options);

    /// <summary>Makes a processor for a subscription.</summary>
    public virtual ServiceBusProcessor CreateProcessor(
        string topicName, string subscriptionName, ServiceBusProcessorOptions options) =>
        _core.CreateProcessor(EntityName.Subscription(topicName, subscriptionName), options);

    /// <summary>Makes a processor for the sessions of a queue.</summary>
    public virtual ServiceBusSessionProcessor CreateSessionProcessor(
        string queueName, ServiceBusSessionProcessorOptions options = null) =>
        _core.CreateSessionProcessor(EntityName.Queue(queueName), options);

    /// <summary>Makes a processor for the sessions of a subscription.</summary>
    public virtual ServiceBusSessionProcessor CreateSessionProcessor(
        string topicName, string subscriptionName, ServiceBusSessionProcessorOptions options = null) =>
        _core.CreateSessionProcessor(EntityName.Subscription(topicName, subscriptionName), options);

    /// <summary>Closes the connection and everything on it.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await _core.CloseAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}

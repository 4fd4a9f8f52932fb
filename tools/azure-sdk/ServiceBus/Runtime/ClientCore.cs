using Azure.Core;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>What a client makes, and the connection that all of it shares.</summary>
internal sealed class ClientCore
{
    private readonly ConnectionScope _scope;
    private readonly ServiceBusRetryOptions _retryOptions;

    private ClientCore(BrokerSettings settings, ServiceBusClientOptions? options, TimeProvider? time = null)
    {
        _retryOptions = options?.RetryOptions ?? new ServiceBusRetryOptions();
        Identifier = Named(options?.Identifier, settings.Address.Host);
        _scope = new ConnectionScope(settings, Identifier, time ?? TimeProvider.System);
    }

    public string FullyQualifiedNamespace => _scope.Host;

    public string Identifier { get; }

    public bool IsClosed => _scope.IsClosed;

    public static ClientCore FromConnectionString(
        string connectionString, ServiceBusClientOptions? options, TimeProvider? time = null) =>
        new(BrokerSettings.FromConnectionString(connectionString), options, time);

    public static ClientCore FromCredential(string host, TokenCredential credential, ServiceBusClientOptions? options) =>
        new(BrokerSettings.FromCredential(host, credential), options);

    public ServiceBusSender CreateSender(string path, ServiceBusSenderOptions? options)
    {
        ThrowIfClosed();
        return new ServiceBusSender(new EntitySender(_scope, path, Retries()), Named(options?.Identifier, path));
    }

    public ServiceBusReceiver CreateReceiver(string path, ServiceBusReceiverOptions? options)
    {
        ThrowIfClosed();
        options ??= new ServiceBusReceiverOptions();
        return new ServiceBusReceiver(
            EntityReceiver.Open(
                _scope,
                Below(path, options.SubQueue),
                Retries(),
                new ReceiverOptions(options.ReceiveMode, options.PrefetchCount)),
            Named(options.Identifier, path));
    }

    public async Task<ServiceBusSessionReceiver> AcceptSessionAsync(
        string path, string? sessionId, ServiceBusSessionReceiverOptions? options, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        options ??= new ServiceBusSessionReceiverOptions();
        var receiver = await EntityReceiver.AcceptAsync(
            _scope,
            path,
            sessionId,
            Retries(),
            new ReceiverOptions(options.ReceiveMode, options.PrefetchCount),
            cancellationToken).ConfigureAwait(false);
        return new ServiceBusSessionReceiver(receiver, Named(options.Identifier, path));
    }

    public ServiceBusProcessor CreateProcessor(string path, ServiceBusProcessorOptions? options)
    {
        ThrowIfClosed();
        options ??= new ServiceBusProcessorOptions();
        var pump = new MessagePump(
            _scope,
            Below(path, options.SubQueue),
            Named(options.Identifier, path),
            options,
            Retries,
            _retryOptions.Delay);
        return new ServiceBusProcessor(pump, options);
    }

    public ServiceBusSessionProcessor CreateSessionProcessor(string path, ServiceBusSessionProcessorOptions? options)
    {
        ThrowIfClosed();
        options ??= new ServiceBusSessionProcessorOptions();
        var pump = new SessionPump(
            _scope, path, Named(options.Identifier, path), options, Retries, _retryOptions.Delay);
        return new ServiceBusSessionProcessor(pump, options);
    }

    public Task CloseAsync() => _scope.CloseAsync();

    /// <summary>Each sender and receiver has its own, so that one that is throttled makes no other sleep.</summary>
    private RetryRunner Retries() => new(_retryOptions, _scope.Time, Random.Shared.NextDouble);

    private static string Below(string path, SubQueue subQueue) =>
        subQueue == SubQueue.DeadLetter ? EntityName.DeadLetters(path) : path;

    private static string Named(string? identifier, string otherwise) =>
        string.IsNullOrEmpty(identifier) ? $"{otherwise}-{Guid.NewGuid()}" : identifier;

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(IsClosed, typeof(ServiceBusClient));
}

using Azure.Core;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.ServiceBus;

internal sealed class MessageBatch(long maxBytes)
{
    public List<ServiceBusMessage> Messages { get; } = [];
    public long MaxBytes { get; } = maxBytes;
    public long Bytes { get; }
    public bool TryAdd(ServiceBusMessage message) => throw new NotImplementedException();
    public void Clear() => Messages.Clear();
}

internal sealed class EntitySender
{
    public string EntityPath => throw new NotImplementedException();
    public string FullyQualifiedNamespace => throw new NotImplementedException();
    public bool IsClosed => throw new NotImplementedException();
    public Task SendAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken ct) => throw new NotImplementedException();
    public ValueTask<MessageBatch> CreateBatchAsync(long? maxBytes, CancellationToken ct) => throw new NotImplementedException();
    public Task<IReadOnlyList<long>> ScheduleAsync(IReadOnlyList<ServiceBusMessage> messages, DateTimeOffset at, CancellationToken ct) => throw new NotImplementedException();
    public Task CancelScheduledAsync(IReadOnlyList<long> numbers, CancellationToken ct) => throw new NotImplementedException();
    public Task CloseAsync(CancellationToken ct) => throw new NotImplementedException();
}

internal sealed class HeldSession
{
    public string Id => throw new NotImplementedException();
    public DateTimeOffset LockedUntil => throw new NotImplementedException();
}

internal sealed class EntityReceiver
{
    public string EntityPath => throw new NotImplementedException();
    public string FullyQualifiedNamespace => throw new NotImplementedException();
    public bool IsClosed => throw new NotImplementedException();
    public int PrefetchCount => throw new NotImplementedException();
    public ServiceBusReceiveMode ReceiveMode => throw new NotImplementedException();
    public HeldSession Session => throw new NotImplementedException();
    public Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveAsync(int max, TimeSpan? wait, CancellationToken ct) => throw new NotImplementedException();
    public Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(int max, long? from, CancellationToken ct) => throw new NotImplementedException();
    public Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredAsync(IReadOnlyList<long> numbers, CancellationToken ct) => throw new NotImplementedException();
    public Task SettleAsync(ServiceBusReceivedMessage message, Settlement settlement, CancellationToken ct) => throw new NotImplementedException();
    public Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken ct) => throw new NotImplementedException();
    public Task RenewSessionLockAsync(CancellationToken ct) => throw new NotImplementedException();
    public Task<BinaryData> GetSessionStateAsync(CancellationToken ct) => throw new NotImplementedException();
    public Task SetSessionStateAsync(BinaryData state, CancellationToken ct) => throw new NotImplementedException();
    public Task CloseAsync(CancellationToken ct) => throw new NotImplementedException();
}

internal sealed class PumpHandlers<T>
{
    public Func<T, Task>? Message { get; set; }
    public Func<ProcessErrorEventArgs, Task>? Error { get; set; }
}

internal sealed class MessagePump
{
    public PumpHandlers<ProcessMessageEventArgs> Handlers { get; } = new();
    public string EntityPath => throw new NotImplementedException();
    public string FullyQualifiedNamespace => throw new NotImplementedException();
    public string Identifier => throw new NotImplementedException();
    public bool IsClosed => throw new NotImplementedException();
    public bool IsProcessing => throw new NotImplementedException();
    public Task StartAsync(CancellationToken ct) => throw new NotImplementedException();
    public Task StopAsync(CancellationToken ct) => throw new NotImplementedException();
    public Task CloseAsync(CancellationToken ct) => throw new NotImplementedException();
}

internal sealed class SessionPump
{
    public PumpHandlers<ProcessSessionMessageEventArgs> Handlers { get; } = new();
    public Func<ProcessSessionEventArgs, Task>? Initializing { get; set; }
    public Func<ProcessSessionEventArgs, Task>? Closing { get; set; }
    public string EntityPath => throw new NotImplementedException();
    public string FullyQualifiedNamespace => throw new NotImplementedException();
    public string Identifier => throw new NotImplementedException();
    public bool IsClosed => throw new NotImplementedException();
    public bool IsProcessing => throw new NotImplementedException();
    public Task StartAsync(CancellationToken ct) => throw new NotImplementedException();
    public Task StopAsync(CancellationToken ct) => throw new NotImplementedException();
    public Task CloseAsync(CancellationToken ct) => throw new NotImplementedException();
}

internal sealed class ClientCore
{
    public string FullyQualifiedNamespace => throw new NotImplementedException();
    public string Identifier => throw new NotImplementedException();
    public bool IsClosed => throw new NotImplementedException();
    public static ClientCore FromConnectionString(string connectionString, ServiceBusClientOptions? options) => new();
    public static ClientCore FromCredential(string host, TokenCredential credential, ServiceBusClientOptions? options) => new();
    public ServiceBusSender CreateSender(string path, ServiceBusSenderOptions? options) => throw new NotImplementedException();
    public ServiceBusReceiver CreateReceiver(string path, ServiceBusReceiverOptions? options) => throw new NotImplementedException();
    public Task<ServiceBusSessionReceiver> AcceptSessionAsync(string path, string? sessionId, ServiceBusSessionReceiverOptions? options, CancellationToken ct) => throw new NotImplementedException();
    public ServiceBusProcessor CreateProcessor(string path, ServiceBusProcessorOptions? options) => throw new NotImplementedException();
    public ServiceBusSessionProcessor CreateSessionProcessor(string path, ServiceBusSessionProcessorOptions? options) => throw new NotImplementedException();
    public Task CloseAsync() => throw new NotImplementedException();
}

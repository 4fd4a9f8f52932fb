#nullable disable // The official listing carries no nullability, so consumers see the same on either build.
using ServerlessGateway.AzureSdk.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Messages that travel as one.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/api/Azure.Messaging.ServiceBus.net10.0.cs</remarks>
public sealed class ServiceBusMessageBatch : IDisposable
{
    private readonly MessageBatch _batch;

    internal ServiceBusMessageBatch(MessageBatch batch) => _batch = batch;

    /// <summary>How many messages there are.</summary>
    public int Count => _batch.Messages.Count;

    /// <summary>The most bytes that the batch may have.</summary>
    public long MaxSizeInBytes => _batch.MaxBytes;

    /// <summary>How many bytes the batch has.</summary>
    public long SizeInBytes => _batch.Bytes;

    internal MessageBatch Batch => _batch;

    /// <summary>Adds a message if it fits.</summary>
    /// <returns>False when it does not.</returns>
    public bool TryAddMessage(ServiceBusMessage message) => _batch.TryAdd(Check.NotNull(message, nameof(message)));

    /// <summary>Forgets the messages.</summary>
    public void Dispose() => _batch.Clear();
}

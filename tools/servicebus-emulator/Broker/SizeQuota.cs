namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// Bytes held against a limit. A queue shares one with its dead letters, a topic with all its subscriptions; all
/// entities share the broker's.
/// </summary>
internal sealed class SizeQuota(long maxBytes)
{
    internal long MaxBytes { get; } = maxBytes;

    internal long UsedBytes { get; private set; }

    internal bool HasRoomFor(long bytes) => bytes <= MaxBytes - UsedBytes;

    internal void Change(long bytes) => UsedBytes += bytes;
}

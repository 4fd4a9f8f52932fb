namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>The running counts behind <see cref="EntityMeter"/>.</summary>
internal sealed class EntityCounters
{
    /// <summary>Azure bills an operation per started 64 KB.</summary>
    private const int BilledBytes = 64 * 1024;

    private long _sent;
    private long _sentBytes;
    private long _received;
    private long _receivedBytes;
    private long _billed;

    internal long Duplicates { get; set; }

    internal long Completed { get; set; }

    internal long Abandoned { get; set; }

    internal long DeadLettered { get; set; }

    internal long Deferred { get; set; }

    internal long Expired { get; set; }

    internal long LocksExpired { get; set; }

    internal long LocksRenewed { get; set; }

    internal long SessionsAccepted { get; set; }

    internal void Sent(long bytes)
    {
        _sent++;
        _sentBytes += bytes;
        _billed += Operations(bytes);
    }

    internal void Received(long bytes)
    {
        _received++;
        _receivedBytes += bytes;
        _billed += Operations(bytes);
    }

    /// <summary>Counts an operation without a payload to speak of.</summary>
    internal void Billed() => _billed++;

    /// <summary>Counts an operation that carries a message on.</summary>
    internal void Billed(long bytes) => _billed += Operations(bytes);

    internal EntityMeter Read(string address) => new()
    {
        Address = address,
        MessagesSent = _sent,
        BytesSent = _sentBytes,
        Duplicates = Duplicates,
        MessagesReceived = _received,
        BytesReceived = _receivedBytes,
        Completed = Completed,
        Abandoned = Abandoned,
        DeadLettered = DeadLettered,
        Deferred = Deferred,
        Expired = Expired,
        LocksExpired = LocksExpired,
        LocksRenewed = LocksRenewed,
        SessionsAccepted = SessionsAccepted,
        BilledOperations = _billed,
    };

    private static long Operations(long bytes) => Math.Max(1, (bytes + BilledBytes - 1) / BilledBytes);
}

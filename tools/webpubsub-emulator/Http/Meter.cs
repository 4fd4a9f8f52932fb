namespace ServerlessGateway.WebPubSubEmulator.Http;

/// <summary>The kinds of callbacks to event handlers.</summary>
internal enum CallbackKind
{
    Connect,
    Connected,
    User,
    Disconnected,
    Validate,
}

/// <summary>
/// Counts what Azure would bill or limit, and nothing else. Outbound is what the service sends to clients and to event
/// handlers; the bill takes the sum of bytes by 2 KB, not each message rounded up.
/// https://learn.microsoft.com/azure/azure-web-pubsub/concept-billing-model
/// </summary>
internal sealed class Meter
{
    /// <summary>The size of a billed message.</summary>
    public const int BilledMessageBytes = 2048;

    private readonly long[] _callbacks = new long[Enum.GetValues<CallbackKind>().Length];
    private long _clientBytes;
    private long _clientFrames;
    private long _callbackBytes;
    private long _callbackRetries;
    private long _restCalls;
    private long _restRefused;
    private long _opened;
    private long _closed;
    private long _slow;
    private long _recovered;

    /// <summary>What went out to clients and to event handlers so far.</summary>
    public long OutboundBytes => Interlocked.Read(ref _clientBytes) + Interlocked.Read(ref _callbackBytes);

    public void ClientFrame(int bytes)
    {
        Interlocked.Add(ref _clientBytes, bytes);
        Interlocked.Increment(ref _clientFrames);
    }

    public void Callback(CallbackKind kind, int bytes, bool isRetry)
    {
        Interlocked.Increment(ref _callbacks[(int)kind]);
        Interlocked.Add(ref _callbackBytes, bytes);
        if (isRetry) Interlocked.Increment(ref _callbackRetries);
    }

    public void RestCall() => Interlocked.Increment(ref _restCalls);

    public void RestRefused() => Interlocked.Increment(ref _restRefused);

    public void Opened() => Interlocked.Increment(ref _opened);

    public void Recovered() => Interlocked.Increment(ref _recovered);

    public void Closed(bool slow)
    {
        Interlocked.Increment(ref _closed);
        if (slow) Interlocked.Increment(ref _slow);
    }

    public MeterReading Read(int connections)
    {
        var clientBytes = Interlocked.Read(ref _clientBytes);
        var callbackBytes = Interlocked.Read(ref _callbackBytes);
        return new MeterReading(
            connections,
            Interlocked.Read(ref _opened),
            Interlocked.Read(ref _closed),
            Interlocked.Read(ref _slow),
            Interlocked.Read(ref _recovered),
            Interlocked.Read(ref _clientFrames),
            clientBytes,
            callbackBytes,
            (clientBytes + callbackBytes + BilledMessageBytes - 1) / BilledMessageBytes,
            Interlocked.Read(ref _restCalls),
            Interlocked.Read(ref _restRefused),
            Interlocked.Read(ref _callbackRetries),
            Enum.GetValues<CallbackKind>().ToDictionary(
                kind => kind.ToString().ToLowerInvariant(),
                kind => Interlocked.Read(ref _callbacks[(int)kind])));
    }
}

/// <summary>One reading of the meter, as <c>GET /meter</c> gives it. <c>OutboundMessages</c> is in billed units of 2 KB.</summary>
internal sealed record MeterReading(
    int Connections,
    long ConnectionsOpened,
    long ConnectionsClosed,
    long SlowClientsClosed,
    long ConnectionsRecovered,
    long ClientFrames,
    long ClientBytes,
    long CallbackBytes,
    long OutboundMessages,
    long RestCalls,
    long RestCallsRefused,
    long CallbackRetries,
    IReadOnlyDictionary<string, long> Callbacks);

namespace ServerlessGateway.Backend;

/// <summary>
/// Handles the sequenced messages of a gateway's channels and publishes answers: each channel in order, at least once, its answers
/// exactly once within the gateway's window for duplicates.
/// </summary>
public sealed class GatewayBackend : IAsyncDisposable
{
    /// <summary>Makes a backend; nothing is received yet.</summary>
    public GatewayBackend(GatewayBackendOptions options) => _ = options;

    /// <summary>Sets the handler of messages; exactly one, before <see cref="RunAsync"/>.</summary>
    public GatewayBackend OnMessage(Func<BackendMessage, Answers, CancellationToken, ValueTask> handler) =>
        throw new NotImplementedException(handler.ToString());

    /// <summary>Sets the handler of gaps. Without one a gap is passed over.</summary>
    public GatewayBackend OnGap(Func<BackendGap, CancellationToken, ValueTask> handler) =>
        throw new NotImplementedException(handler.ToString());

    /// <summary>Receives until it is cancelled; the messages in hand are finished first.</summary>
    public Task RunAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

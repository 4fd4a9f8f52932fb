using System.Text.Json.Serialization.Metadata;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>
/// A client of the gateway: publishes to channels and reads them in order, over connections that come and go. All members may be used
/// from any thread. PROTOCOL.md says what happens on the wire.
/// </summary>
public sealed class GatewayClient : IAsyncDisposable
{
    /// <summary>Makes a client; nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public GatewayClient(GatewayClientOptions options) => options.Validate();

#pragma warning disable CS0067, CA1822
    /// <summary>The connection changed its state. Raised in order on the client's own task: return quickly, never block.</summary>
    public event EventHandler<ConnectionStateChanged>? StateChanged;

    /// <summary>A lost connection is made good.</summary>
    public event EventHandler<SessionResumed>? Resumed;

    /// <summary>A channel has caught up.</summary>
    public event EventHandler<ChannelRecovered>? Recovered;

    /// <summary>The state now.</summary>
    public ConnectionState State => throw new NotImplementedException();

    /// <summary>The session's id; null before the first connection.</summary>
    public string? SessionId => throw new NotImplementedException();

    /// <summary>The instance of the current connection; null while there is none.</summary>
    public string? Instance => throw new NotImplementedException();

    /// <summary>This client's publisher id, 32 hexadecimal digits.</summary>
    public string Publisher => throw new NotImplementedException();

    /// <summary>Counts since the client was made.</summary>
    public ClientStatistics Statistics => throw new NotImplementedException();

    /// <summary>What another client object needs to go on from here; take it after <see cref="CloseAsync"/>.</summary>
    public StoredSession? StoredSession => throw new NotImplementedException();

    /// <summary>Connects, and from then on stays connected until it is closed.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Publishes an object as JSON; completes with the one outcome.</summary>
    public Task<PublishResult> PublishAsync<T>(string channel, T data, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Publishes an object as JSON by generated metadata.</summary>
    public Task<PublishResult> PublishAsync<T>(
        string channel, T data, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Publishes the UTF-8 bytes of one JSON value as they are.</summary>
    public Task<PublishResult> PublishJsonAsync(
        string channel, ReadOnlyMemory<byte> json, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Subscribes when enumeration begins, leaves when it ends.</summary>
    public IAsyncEnumerable<ChannelItem> SubscribeAsync(
        string channel, StartFrom from = default, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Subscribes, and completes when the gateway has answered.</summary>
    public Task<ChannelSubscription> OpenAsync(
        string channel, StartFrom from = default, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Subscribes with a handler that gets one item at a time, in order.</summary>
    public ChannelSubscription Subscribe(
        string channel, Func<ChannelItem, CancellationToken, ValueTask> handler, StartFrom from = default) =>
        throw new NotImplementedException();

    /// <summary>The last position that the application processed in a channel it is subscribed to.</summary>
    public Position? PositionOf(string channel) => throw new NotImplementedException();

    /// <summary>Waits for outcomes under way, stores positions, leaves.</summary>
    public Task CloseAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
#pragma warning restore CS0067, CA1822
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Client.Shell;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>
/// A client of the gateway: publishes to channels and reads them in order, over connections that come and go. It
/// connects when it is first used, and from then on comes back by itself. All members may be used from any thread.
/// PROTOCOL.md says what happens on the wire.
/// </summary>
public sealed partial class GatewayClient : IAsyncDisposable
{
    private readonly GatewayClientOptions _options;
    private readonly ClientPump _pump;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<PublishResult?>> _publications = [];
    private readonly ConcurrentDictionary<long, ChannelSubscription> _subscriptions = [];
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastTicket;
    private volatile GatewayException? _endedBy;

    /// <summary>Makes a client; nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it, its value and the
    /// range.</exception>
    public GatewayClient(GatewayClientOptions options)
    {
        options.Validate();
        _options = options;
        Publisher = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _pump = new ClientPump(options, Publisher, new Listener(this));
    }

    /// <summary>
    /// The connection changed its state. Events are raised in order on the client's own task: return quickly, never
    /// block.
    /// </summary>
    public event EventHandler<ConnectionStateChanged>? StateChanged;

    /// <summary>A lost connection is made good: every channel is live again and has handed on what it missed.</summary>
    public event EventHandler<SessionResumed>? Resumed;

    /// <summary>A channel has caught up after a subscribe, a resume or a hole.</summary>
    public event EventHandler<ChannelRecovered>? Recovered;

    /// <summary>The state now.</summary>
    public ConnectionState State => _pump.Read(core => core.State);

    /// <summary>The session's id, 32 hexadecimal digits; null before the first negotiate of a new session.</summary>
    public string? SessionId => _pump.Read(core => core.Session);

    /// <summary>The instance of the current connection; null while there is none.</summary>
    public string? Instance => _pump.Read(core => core.Instance);

    /// <summary>
    /// This client's publisher id, 32 hexadecimal digits: with a result's number, the identity of a publication.
    /// </summary>
    public string Publisher { get; }

    /// <summary>Counts since the client was made.</summary>
    public ClientStatistics Statistics => _pump.Read(core => core.Statistics);

    /// <summary>
    /// What another client object, also in another process, needs to go on from here: give it as
    /// <see cref="GatewayClientOptions.Continue"/>. Null before the first negotiate. After <see cref="CloseAsync"/> it
    /// is final.
    /// </summary>
    public StoredSession? StoredSession => _pump.Read(core => core.Session is { } session
        ? new StoredSession(session, core.Positions())
        : null);

    /// <summary>
    /// Connects, and completes when the client is live. Cancelling stops the wait, not the client. Needed only to know;
    /// publishing and subscribing connect as well.
    /// </summary>
    /// <exception cref="GatewayException">
    /// The gateway said stop (4xxx, or three refused tokens in a row), or
    /// <see cref="GatewayClientOptions.ConnectTimeout"/> is over (5004). The client is closed then: make a new one.
    /// </exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        await PostAsync(new ConnectCommand(), cancellationToken).ConfigureAwait(false);
        await _connected.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Publishes an object as JSON with the usual web names; completes with the one outcome, whatever happens to
    /// connections meanwhile.
    /// </summary>
    /// <remarks>
    /// Publications of one client to one channel keep the order of the calls. While the gateway can not be reached they
    /// wait, up to <see cref="GatewayClientOptions.MaxOutboxPublications"/>. Cancelling takes back what was never sent;
    /// what was sent goes on to its outcome, which nobody then hears.
    /// </remarks>
    /// <exception cref="GatewayException">4003: not a channel name. 4001: not JSON. 5002: the client has
    /// ended.</exception>
    public Task<PublishResult> PublishAsync<T>(string channel, T data, CancellationToken cancellationToken = default) =>
        PublishJsonAsync(
            channel, JsonSerializer.SerializeToUtf8Bytes(data, JsonSerializerOptions.Web), cancellationToken);

    /// <summary>
    /// Publishes an object as JSON by generated metadata; otherwise like
    /// <see cref="PublishAsync{T}(string, T, CancellationToken)"/>.
    /// </summary>
    /// <exception cref="GatewayException">4003: not a channel name. 4001: not JSON. 5002: the client has
    /// ended.</exception>
    public Task<PublishResult> PublishAsync<T>(
        string channel, T data, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        PublishJsonAsync(channel, JsonSerializer.SerializeToUtf8Bytes(data, type), cancellationToken);

    /// <summary>
    /// Publishes the UTF-8 bytes of one JSON value as they are; otherwise like
    /// <see cref="PublishAsync{T}(string, T, CancellationToken)"/>. The bytes must not change until the outcome is
    /// known.
    /// </summary>
    /// <exception cref="GatewayException">4003: not a channel name. 4001: not one JSON value. 5002: the client has
    /// ended.</exception>
    public async Task<PublishResult> PublishJsonAsync(
        string channel, ReadOnlyMemory<byte> json, CancellationToken cancellationToken = default)
    {
        var name = ParseChannel(channel);
        var data = PayloadJson.Parse(json);
        cancellationToken.ThrowIfCancellationRequested();
        var ticket = Interlocked.Increment(ref _lastTicket);
        var outcome = new TaskCompletionSource<PublishResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _publications[ticket] = outcome;
        try
        {
            await PostAsync(new PublishCommand(ticket, name, data), CancellationToken.None).ConfigureAwait(false);
            return await outcome.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await _pump.PostAsync(new WithdrawCommand(ticket), CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        catch (GatewayException)
        {
            _publications.TryRemove(ticket, out _);
            throw;
        }
    }

    /// <summary>
    /// Ends the client: handlers finish the item in hand, publications under way get their outcome, positions are
    /// stored, the connection is closed. What has no outcome after <see cref="GatewayClientOptions.CloseTimeout"/> gets
    /// 5002. The session stays for another client.
    /// </summary>
    public async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        foreach (var subscription in _subscriptions.Values)
        {
            subscription.Stop();
        }

        var handling = Task.WhenAll(_subscriptions.Values.Select(subscription => subscription.Handling));
        var patience = Task.Delay(_options.CloseTimeout, _options.TimeProvider, cancellationToken);
        await Task.WhenAny(handling, patience, _pump.Completion).ConfigureAwait(false);
        await _pump.DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the client as <see cref="CloseAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private static ChannelName ParseChannel(string channel) => ChannelName.TryParse(channel, out var name)
        ? name
        : throw new GatewayException(ErrorDetail.Of(
            ErrorCodes.InvalidChannel, "Not a channel name (PROTOCOL.md section 1).", channel, ChannelName.MaxLength));

    private async Task PostAsync(CoreInput input, CancellationToken cancellationToken)
    {
        if (!await _pump.PostAsync(input, cancellationToken).ConfigureAwait(false))
        {
            throw _endedBy ?? new GatewayException(ErrorDetail.Of(ErrorCodes.Closed, "The client is closed."));
        }
    }

    private void Raise<T>(EventHandler<T>? handlers, T args)
    {
        try
        {
            handlers?.Invoke(this, args);
        }
        catch (Exception exception)
        {
            // An application's mistake must not end its connection; where it looks for mistakes it finds this one.
            Trace.TraceError($"A handler of {typeof(T).Name} failed: {exception}");
        }
    }
}

using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>A session that a receiver holds.</summary>
internal sealed class HeldSession(string id, DateTimeOffset lockedUntil)
{
    public string Id { get; } = id;

    public DateTimeOffset LockedUntil { get; set; } = lockedUntil;
}

/// <summary>
/// Receives from one entity, or from one session of it. Without a session the link is opened again after it was lost;
/// with one, the loss of the link is the loss of the session's lock.
/// </summary>
internal sealed class EntityReceiver
{
    private readonly ConnectionScope _scope;
    private readonly RetryRunner _retry;
    private readonly ReceiverOptions _options;
    private readonly LazyLink<ReceivingLink> _link;
    private readonly ReceivingLink? _sessionLink;
    private readonly MessageSettler _settler;
    private bool _closed;

    private EntityReceiver(
        ConnectionScope scope, string entityPath, RetryRunner retry, ReceiverOptions options, SessionLink? session)
    {
        _scope = scope;
        _retry = retry;
        _options = options;
        _sessionLink = session?.Link;
        EntityPath = entityPath;
        Session = session?.Held;
        _link = new LazyLink<ReceivingLink>(GetOrOpenAsync, link => link.IsOpen);
        Management = new ManagementClient(scope, entityPath, retry);
        _settler = new MessageSettler(retry, entityPath, Management, Session?.Id);
    }

    public string EntityPath { get; }

    public string FullyQualifiedNamespace => _scope.Host;

    public bool IsClosed => _closed || _scope.IsClosed || _sessionLink is { IsOpen: false };

    public int PrefetchCount => _options.PrefetchCount;

    public ServiceBusReceiveMode ReceiveMode => _options.ReceiveMode;

    /// <summary>Null where the receiver has no session.</summary>
    public HeldSession? Session { get; }

    private ManagementClient Management { get; }

    public static EntityReceiver Open(
        ConnectionScope scope, string entityPath, RetryRunner retry, ReceiverOptions options) =>
        new(scope, entityPath, retry, options, null);

    /// <summary>Waits for a session, or takes the one named.</summary>
    public static async Task<EntityReceiver> AcceptAsync(
        ConnectionScope scope,
        string entityPath,
        string? sessionId,
        RetryRunner retry,
        ReceiverOptions options,
        CancellationToken cancellationToken)
    {
        var session = await retry.RunAsync(
            token => SessionLink.OpenAsync(scope, entityPath, sessionId, options, retry.TryTimeout, token),
            entityPath,
            cancellationToken).ConfigureAwait(false);
        return new EntityReceiver(scope, entityPath, retry, options, session);
    }

    public Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan? maxWait, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return _retry.RunAsync(
            async token =>
            {
                ThrowIfSessionLost();
                var link = await _link.GetAsync(token).ConfigureAwait(false);
                return await ReceiveOnceAsync(link, maxMessages, maxWait ?? _retry.TryTimeout, cancellationToken)
                    .ConfigureAwait(false);
            },
            EntityPath,
            cancellationToken);
    }

    public Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(
        int maxMessages, long? fromSequenceNumber, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return _settler.PeekAsync(maxMessages, fromSequenceNumber, cancellationToken);
    }

    public Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredAsync(
        long[] sequenceNumbers, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        ThrowIfSessionLost();
        return _settler.ReceiveDeferredAsync(
            sequenceNumbers, ReceiveMode == ServiceBusReceiveMode.PeekLock, _sessionLink?.Name, cancellationToken);
    }

    public async Task SettleAsync(
        ServiceBusReceivedMessage message, Settlement settlement, CancellationToken cancellationToken)
    {
        Check.NotNull(message, nameof(message));
        ThrowIfClosed();
        if (ReceiveMode != ServiceBusReceiveMode.PeekLock)
        {
            throw new InvalidOperationException("The operation is only supported in 'PeekLock' receive mode.");
        }

        ThrowIfSessionLost();
        await _settler.SettleAsync(message, settlement, cancellationToken).ConfigureAwait(false);
        message.IsSettled = true;
    }

    public async Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        if (Session is not null)
        {
            throw new InvalidOperationException(
                "Message locks cannot be renewed for session messages; renew the session lock instead.");
        }

        await _settler.RenewMessageLockAsync(message, cancellationToken).ConfigureAwait(false);
    }

    public async Task RenewSessionLockAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        ThrowIfSessionLost();
        HeldOrThrow().LockedUntil = await SessionRequests.RenewAsync(
            Management, HeldOrThrow().Id, _sessionLink!.Name, cancellationToken).ConfigureAwait(false);
    }

    public async Task<BinaryData> GetSessionStateAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        ThrowIfSessionLost();
        return await SessionRequests.GetStateAsync(
            Management, HeldOrThrow().Id, _sessionLink!.Name, cancellationToken).ConfigureAwait(false);
    }

    public async Task SetSessionStateAsync(BinaryData? state, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        ThrowIfSessionLost();
        await SessionRequests.SetStateAsync(
            Management, HeldOrThrow().Id, _sessionLink!.Name, state, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes; what was prefetched is given back, and when it returns the broker has let go of the session.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_closed)
        {
            return;
        }

        _closed = true;
        await Management.CloseAsync().ConfigureAwait(false);
        if ((_sessionLink ?? _link.Current) is { } link)
        {
            using var limit = new CancellationTokenSource(_retry.TryTimeout, _scope.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                if (link.IsOpen)
                {
                    await link.GiveBackAsync(either.Token).ConfigureAwait(false);
                }

                await link.CloseAsync(either.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is AmqpFault
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The link was lost meanwhile, or the broker does not answer: the end of the locks does the rest.
                return;
            }
        }
    }

    private async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveOnceAsync(
        ReceivingLink link, int maxMessages, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(wait, _scope.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var taken = await link.ReceiveAsync(maxMessages, (uint)PrefetchCount, either.Token).ConfigureAwait(false);
            return await WithDrainedAsync(link, taken, maxMessages).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What comes during the drain is locked for us: it is handed out, or given back when the link closes.
            var last = await WithDrainedAsync(link, [], cancellationToken.IsCancellationRequested ? 0 : maxMessages)
                .ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return last;
        }
    }

    /// <summary>Takes unused credit back, so that nothing arrives and waits, locked, for a receive that may never come.</summary>
    private async Task<IReadOnlyList<ServiceBusReceivedMessage>> WithDrainedAsync(
        ReceivingLink link, IReadOnlyList<IncomingDelivery> taken, int maxMessages)
    {
        using var limit = new CancellationTokenSource(_retry.TryTimeout, _scope.Time);
        await link.DrainAsync(limit.Token).ConfigureAwait(false);
        return [.. taken.Concat(link.TakeArrived(maxMessages - taken.Count)).Select(MessageSettler.Received)];
    }

    private async Task<ReceivingLink> GetOrOpenAsync(CancellationToken cancellationToken)
    {
        if (_sessionLink is not null)
        {
            ThrowIfSessionLost();
            return _sessionLink;
        }

        var (link, _) = await _scope.OpenReceiverAsync(
            EntityPath,
            new Amqp.Framing.Source(),
            ReceiveMode == ServiceBusReceiveMode.ReceiveAndDelete,
            _retry.TryTimeout,
            cancellationToken).ConfigureAwait(false);
        return link;
    }

    private void ThrowIfSessionLost()
    {
        if (_sessionLink is { IsOpen: false } lost)
        {
            throw new ServiceBusException(
                $"The session lock has expired on the session or the link was lost: {lost.Fault?.Message}",
                ServiceBusFailureReason.SessionLockLost,
                EntityPath,
                lost.Fault);
        }
    }

    private HeldSession HeldOrThrow() =>
        Session ?? throw new InvalidOperationException("The receiver holds no session.");

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed || _scope.IsClosed, typeof(ServiceBusReceiver));
}

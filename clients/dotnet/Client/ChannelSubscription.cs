using System.Threading.Channels;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Client.Shell;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>
/// One channel, read in order. Enumerate it once; the position moves to an item when the next one is asked for, so an
/// item whose processing broke off is handed on again to whoever continues the session.
/// </summary>
public sealed class ChannelSubscription : IAsyncEnumerable<ChannelItem>, IAsyncDisposable
{
    private readonly ClientPump _pump;
    private readonly long _id;

    /// <summary>
    /// Bounded by the core, which hands on nothing while <see cref="GatewayClientOptions.MaxQueuedMessages"/> wait
    /// (beyond that, at most the page that was already asked for): so writing never waits, and the pump never does.
    /// </summary>
    private readonly Channel<(ChannelItem Item, int Bytes)> _items = System.Threading.Channels.Channel
        .CreateUnbounded<(ChannelItem, int)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource<SubscriptionStart> _opened =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasHandler;
    private int _isEnumerated;

    internal ChannelSubscription(ClientPump pump, long id, ChannelName channel)
    {
        _pump = pump;
        _id = id;
        Channel = channel.Value;
    }

    /// <summary>The channel's name.</summary>
    public string Channel { get; }

    /// <summary>
    /// Completes with the gateway's first answer: everything published after it is delivered, or reported as a gap.
    /// Fails with a <see cref="GatewayException"/> where the subscription is refused.
    /// </summary>
    public Task<SubscriptionStart> Opened => _opened.Task;

    /// <summary>
    /// Completes when the subscription has ended: normally after it or the client was disposed, with the exception of a
    /// handler that failed, or with a <see cref="GatewayException"/> where the gateway ended it.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Ends when no handler runs any more.</summary>
    internal Task Handling { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Hands on the items. Ends when the subscription was disposed or the client closed; cancelling throws, and leaves
    /// the subscription as it is, with the position at the last item whose processing was finished.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is enumerated already, or has a handler.</exception>
    /// <exception cref="GatewayException">The gateway refused or ended the subscription.</exception>
    public IAsyncEnumerator<ChannelItem> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        Interlocked.Exchange(ref _isEnumerated, 1) == 0
            ? EnumerateAsync(cancellationToken)
            : throw new InvalidOperationException(
                $"The subscription of '{Channel}' has its reader already; open another client.");

    /// <summary>
    /// Leaves the channel, and the session forgets its position there: keep <see cref="GatewayClient.PositionOf"/> to
    /// go on later. A handler's token is cancelled; <see cref="Completion"/> tells when it has returned.
    /// </summary>
    public ValueTask DisposeAsync() => EndAsync(SubscriptionEnd.Left);

    internal async ValueTask EndAsync(SubscriptionEnd end)
    {
        Stop();
        await _pump.PostAsync(new UnsubscribeCommand(_id, end)).ConfigureAwait(false);
        await _ended.Task.ConfigureAwait(false);
    }

    internal void HandOn(ChannelItem item, int bytes) => _items.Writer.TryWrite((item, bytes));

    internal void Open(SubscriptionStart start) => _opened.TrySetResult(start);

    /// <summary>
    /// The core has ended it, or the whole client has. What was handed on before an error is still read.
    /// </summary>
    internal void End(Exception? error)
    {
        if (error is null)
        {
            Stop();
        }

        _items.Writer.TryComplete(error);
        _opened.TrySetException(
            error ?? new GatewayException(ErrorDetail.Of(ErrorCodes.Closed, "The subscription has ended.")));
        _ = _opened.Task.Exception; // Seen: nobody has to wait for it.
        _ended.TrySetResult();
        if (!_hasHandler)
        {
            Complete(error);
        }
    }

    /// <summary>No further item; the one in hand is finished.</summary>
    internal void Stop() => _stop.Cancel();

    /// <summary>Runs a handler over the items, one at a time.</summary>
    internal void Handle(Func<ChannelItem, CancellationToken, ValueTask> handler, Task started)
    {
        _isEnumerated = 1;
        _hasHandler = true;
        Handling = Task.Run(() => HandleAllAsync(handler, started));
    }

    private async Task HandleAllAsync(Func<ChannelItem, CancellationToken, ValueTask> handler, Task started)
    {
        try
        {
            await started.ConfigureAwait(false);
            var items = EnumerateAsync(CancellationToken.None);
            while (await items.MoveNextAsync().ConfigureAwait(false))
            {
                await handler(items.Current, _stop.Token).ConfigureAwait(false);
            }

            Complete(null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Complete(null);
        }
        catch (Exception exception)
        {
            // The item stays unprocessed and the position before it, so that nothing is passed over.
            Complete(exception);
            _opened.TrySetException(exception);
            _ = _opened.Task.Exception;
            await _pump.PostAsync(new UnsubscribeCommand(_id, SubscriptionEnd.Failed)).ConfigureAwait(false);
        }
    }

    private void Complete(Exception? error)
    {
        if (error is null)
        {
            _completion.TrySetResult();
            return;
        }

        _completion.TrySetException(error);
        _ = _completion.Task.Exception; // Seen: an application that never asks has decided so.
    }

    private async IAsyncEnumerator<ChannelItem> EnumerateAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        while (await WaitAsync(either.Token, cancellationToken).ConfigureAwait(false))
        {
            if (_items.Reader.TryRead(out var next))
            {
                yield return next.Item;
                var processed = new ItemsProcessed(_id, next.Item.Position, 1, next.Bytes);
                await _pump.PostAsync(processed, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// True where there is an item; false at the end. A refusal or a cancellation by the application is thrown.
    /// </summary>
    private async ValueTask<bool> WaitAsync(CancellationToken either, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return !_stop.IsCancellationRequested && await _items.Reader.WaitToReadAsync(either).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>How a subscription began.</summary>
/// <param name="Outcome">Started, recovered, gap or reset.</param>
/// <param name="Position">Everything behind this is handed on.</param>
public sealed record SubscriptionStart(Outcome Outcome, Position Position);

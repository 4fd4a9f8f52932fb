using System.Runtime.CompilerServices;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <content>Subscriptions, in their three forms.</content>
public sealed partial class GatewayClient
{
    /// <summary>
    /// Subscribes when enumeration begins and leaves when it ends: <c>await foreach (var item in
    /// client.SubscribeAsync("orders:1"))</c>. Where it ends by cancellation the position is kept, for this client and for
    /// <see cref="StoredSession"/>.
    /// </summary>
    /// <exception cref="GatewayException">While enumerating: the subscription is refused, or the client has ended by an
    /// error.</exception>
    public async IAsyncEnumerable<ChannelItem> SubscribeAsync(
        string channel, StartFrom from = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var subscription = await AddAsync(channel, from, cancellationToken).ConfigureAwait(false);
        try
        {
            IAsyncEnumerable<ChannelItem> items = subscription;
            await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }
        }
        finally
        {
            await subscription.EndAsync(cancellationToken.IsCancellationRequested ? SubscriptionEnd.Cancelled : SubscriptionEnd.Left)
                .ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Subscribes, and completes when the gateway has answered: everything published after that is handed on, or
    /// reported as a gap.
    /// </summary>
    /// <exception cref="GatewayException">It is refused; <see cref="GatewayException.Code"/> says why.</exception>
    /// <exception cref="InvalidOperationException">The channel is subscribed already by this client.</exception>
    public async Task<ChannelSubscription> OpenAsync(
        string channel, StartFrom from = default, CancellationToken cancellationToken = default)
    {
        var subscription = await AddAsync(channel, from, cancellationToken).ConfigureAwait(false);
        try
        {
            await subscription.Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
            return subscription;
        }
        catch (Exception)
        {
            await subscription.EndAsync(SubscriptionEnd.Cancelled).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Subscribes with a handler, which gets one item at a time, in order, on the thread pool. When it throws the
    /// subscription ends there, and the position before that item is kept for whoever subscribes again or continues the
    /// session; <see cref="ChannelSubscription.Completion"/> has the exception.
    /// </summary>
    /// <exception cref="GatewayException">4003: not a channel name.</exception>
    /// <exception cref="InvalidOperationException">The channel is subscribed already by this client.</exception>
    public ChannelSubscription Subscribe(
        string channel, Func<ChannelItem, CancellationToken, ValueTask> handler, StartFrom from = default)
    {
        var (subscription, command) = Add(channel, from);
        // Posted here and not by the handler's task, so that a disposal that follows at once comes behind it.
        subscription.Handle(handler, StartAsync(subscription, command, CancellationToken.None));
        return subscription;
    }

    /// <summary>
    /// The last position that the application processed in a channel it is subscribed to: up to it everything was
    /// processed. Null where there is none yet.
    /// </summary>
    public Position? PositionOf(string channel)
    {
        var name = ParseChannel(channel);
        return _pump.Read(core => core.PositionOf(name));
    }

    private (ChannelSubscription Subscription, SubscribeCommand Command) Add(string channel, StartFrom from)
    {
        var name = ParseChannel(channel);
        var id = Interlocked.Increment(ref _lastTicket);
        var subscription = new ChannelSubscription(_pump, id, name);
        lock (_subscriptions)
        {
            if (_subscriptions.Values.Any(other => other.Channel == channel))
            {
                throw new InvalidOperationException(
                    $"This client is subscribed to '{channel}' already; make another client.");
            }

            _subscriptions[id] = subscription;
        }

        return (subscription, new SubscribeCommand(id, name, from));
    }

    private async Task<ChannelSubscription> AddAsync(
        string channel, StartFrom from, CancellationToken cancellationToken)
    {
        var (subscription, command) = Add(channel, from);
        await StartAsync(subscription, command, cancellationToken).ConfigureAwait(false);
        return subscription;
    }

    /// <summary>Posts the command; a subscription that the core never hears of is ended here.</summary>
    private async Task StartAsync(
        ChannelSubscription subscription, SubscribeCommand command, CancellationToken cancellationToken)
    {
        try
        {
            await PostAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _subscriptions.TryRemove(command.Subscription, out _);
            subscription.End(exception);
            throw;
        }
    }
}

using ServerlessGateway.Client.Core;
using ServerlessGateway.Client.Shell;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>What the core tells, handed to whoever waits for it.</summary>
public sealed partial class GatewayClient
{
    private void OnState(ConnectionStateChanged change)
    {
        if (change.To == ConnectionState.Live)
        {
            _connected.TrySetResult();
        }
        else if (change.To == ConnectionState.Closed)
        {
            _endedBy = change.Error is null ? null : new GatewayException(change.Error);
        }

        Raise(StateChanged, change);
    }

    private void OnEnded(Exception? fault)
    {
        var error = fault ?? _endedBy;
        _connected.TrySetException(
            error ?? new GatewayException(ErrorDetail.Of(ErrorCodes.Closed, "The client was closed.")));
        _ = _connected.Task.Exception; // Seen: nobody has to wait for it.
        foreach (var subscription in _subscriptions.Values)
        {
            subscription.End(error);
        }

        foreach (var publication in _publications.Values)
        {
            publication.TrySetException(
                fault ?? new GatewayException(ErrorDetail.Of(ErrorCodes.Closed, "The client was closed.")));
        }
    }

    private sealed class Listener(GatewayClient client) : IPumpListener
    {
        public void Notify(CoreOutput output)
        {
            switch (output)
            {
                case DeliverItem deliver
                    when client._subscriptions.TryGetValue(deliver.Subscription, out var subscription):
                    subscription.HandOn(deliver.Item, deliver.Bytes);
                    break;
                case SubscriptionOpened opened
                    when client._subscriptions.TryGetValue(opened.Subscription, out var subscription):
                    subscription.Open(new SubscriptionStart(opened.Outcome, opened.Position));
                    break;
                case SubscriptionEnded ended
                    when client._subscriptions.TryRemove(ended.Subscription, out var subscription):
                    subscription.End(ended.Error is null ? null : new GatewayException(ended.Error));
                    break;
                case PublicationSettled settled
                    when client._publications.TryRemove(settled.Ticket, out var publication):
                    publication.TrySetResult(settled.Result);
                    break;
                case StateEvent state:
                    client.OnState(state.Change);
                    break;
                case SessionResumedEvent resumed:
                    client.Raise(client.Resumed, resumed.Resumed);
                    break;
                case ChannelRecoveredEvent recovered:
                    client.Raise(client.Recovered, recovered.Recovered);
                    break;
            }
        }

        public void Ended(Exception? fault) => client.OnEnded(fault);
    }
}

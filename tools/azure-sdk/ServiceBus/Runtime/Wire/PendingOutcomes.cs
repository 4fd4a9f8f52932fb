using Amqp.Framing;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>Deliveries whose outcome the peer has yet to tell, by number. Used under the connection's lock.</summary>
internal sealed class PendingOutcomes
{
    private readonly Dictionary<uint, TaskCompletionSource<DeliveryState?>> _waiting = [];

    public Task<DeliveryState?> Add(uint deliveryId)
    {
        var source = new TaskCompletionSource<DeliveryState?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[deliveryId] = source;
        return source.Task;
    }

    public void Forget(uint deliveryId) => _waiting.Remove(deliveryId);

    /// <summary>Tells the outcome of a range; numbers wrap, and a range may name what nobody waits for.</summary>
    public void Complete(uint first, uint last, DeliveryState? state)
    {
        foreach (var id in _waiting.Keys.Where(id => id - first <= last - first).ToList())
        {
            _waiting.Remove(id, out var source);
            source!.TrySetResult(state);
        }
    }

    public void Fail(AmqpFault fault)
    {
        foreach (var source in _waiting.Values)
        {
            source.TrySetException(fault);

            // Whoever gave up waiting does not look at this any more.
            _ = source.Task.Exception;
        }

        _waiting.Clear();
    }
}

using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.Faults;

/// <summary>
/// Loses, doubles, delays and reorders messages on their way into the outboxes: each receiver's copy is an occasion of its
/// own. A message that is held to be overtaken follows the next one to the same connection, or comes alone after a while.
/// </summary>
internal sealed class MessageFaults(FaultEngine engine) : IMessageFaults
{
    private readonly Lock _gate = new();
    private readonly Dictionary<HubConnection, Delivery> _held = [];

    public bool IsActive => engine.IsArmed(InstanceFaultKinds.LoseMessage)
        || engine.IsArmed(InstanceFaultKinds.DoubleMessage)
        || engine.IsArmed(InstanceFaultKinds.DelayMessage)
        || engine.IsArmed(InstanceFaultKinds.ReorderMessage);

    public IReadOnlyList<Delivery> Pass(HubCore hub, HubConnection to, Delivery delivery)
    {
        var subject = new FaultSubject
        {
            { "hub", hub.Name.Value }, { "user", to.UserId }, { "connection", to.Id }, { "group", delivery.Group?.Value },
        };

        // All kinds are asked each time: what one decides must not depend on the rules of another.
        var lost = engine.Strike(InstanceFaultKinds.LoseMessage, subject);
        var doubled = engine.Strike(InstanceFaultKinds.DoubleMessage, subject);
        var delayed = engine.Strike(InstanceFaultKinds.DelayMessage, subject);
        var reordered = engine.Strike(InstanceFaultKinds.ReorderMessage, subject);
        if (lost is not null)
        {
            return [];
        }

        if (delayed is not null)
        {
            engine.Later(delayed.Delay, () => hub.DeliverLate(to, delivery));
            return doubled is null ? [] : [delivery];
        }

        lock (_gate)
        {
            List<Delivery> now = doubled is null ? [delivery] : [delivery, delivery];
            if (_held.Remove(to, out var before))
            {
                now.Add(before);
            }
            else if (reordered is not null)
            {
                _held.Add(to, delivery);
                engine.Later(reordered.Delay, () => Release(hub, to, delivery));
                now.RemoveAt(0);
            }

            return now;
        }
    }

    private void Release(HubCore hub, HubConnection to, Delivery delivery)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(to, out var held) || !ReferenceEquals(held, delivery))
            {
                return;
            }

            _held.Remove(to);
        }

        hub.DeliverLate(to, delivery);
    }
}

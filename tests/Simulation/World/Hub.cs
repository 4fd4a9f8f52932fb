using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Simulation.Tests.Machine;

namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>All instances of Web PubSub. What it has taken arrives: late, out of order, sometimes twice.</summary>
internal sealed class Hub(SimulationLoop loop, Chaos chaos)
{
    private const double Twice = 0.05;
    private readonly List<(InstanceName Instance, Action<GatewayNotice> Receive)> _connections = [];

    public void Connect(InstanceName instance, Action<GatewayNotice> receive) => _connections.Add((instance, receive));

    public void Send(InstanceName instance, ReadOnlyMemory<byte> json)
    {
        var notice = RequestCodec.DecodeNotice(json.Span) ?? throw new InvalidOperationException("A frame can not be read.");
        foreach (var (_, receive) in _connections.Where(connection => connection.Instance == instance))
        {
            for (var copies = chaos.Happens(Twice) ? 2 : 1; copies > 0; copies--)
            {
                loop.At(loop.Now + chaos.Between(1, chaos.IsOver ? 20 : 400), () => receive(notice));
            }
        }
    }
}

/// <summary>The instances as one process reaches them.</summary>
internal sealed class HubSender(Hub hub, Chaos chaos, SimulatedProcess process) : IDestinationSender
{
    private const double Throttled = 0.01;

    public Task<DeliveryOutcome> SendToGroupAsync(
        InstanceName instance, ChannelName channel, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        SendAsync($"send {channel} to {instance}", () => hub.Send(instance, json), cancellationToken);

    public Task<DeliveryOutcome> SendToAllAsync(InstanceName instance, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        SendAsync($"send to all of {instance}", () => hub.Send(instance, json), cancellationToken);

    public Task<DeliveryOutcome> ProbeAsync(InstanceName instance, CancellationToken cancellationToken) =>
        SendAsync($"probe {instance}", () => { }, cancellationToken);

    public Task<DeliveryOutcome> SendEventAsync(ChannelName channel, ChannelEvent channelEvent, CancellationToken cancellationToken) =>
        SendAsync($"event of {channel}", () => { }, cancellationToken);

    private Task<DeliveryOutcome> SendAsync(string name, Action send, CancellationToken cancellationToken) => chaos.CallAsync(
        process,
        name,
        () =>
        {
            if (chaos.Happens(Throttled))
            {
                return Task.FromResult(DeliveryOutcome.Throttled);
            }

            send();
            return Task.FromResult(DeliveryOutcome.Delivered);
        },
        () => DeliveryOutcome.Failed,
        cancellationToken);
}

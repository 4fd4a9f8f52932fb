using ServerlessGateway.Instances;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.Simulation.Tests.Machine;
using ServerlessGateway.Simulation.Tests.Mutants;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>Everything that outlives the processes of a run.</summary>
internal sealed class SimulatedWorld : IDisposable
{
    private readonly MessageBroker _broker;
    private int _lockTokens;

    public SimulatedWorld(int seed, Mutant mutant, Action<string> trace)
    {
        Loop = new SimulationLoop(trace);
        Mutant = mutant;
        Chaos = new Chaos(seed, Loop);
        Hub = new Hub(Loop, Chaos);
        Clients = new SimulatedProcess(Loop, "clients");
        var ingress = new QueueDefinition
        {
            Name = "ingress",
            RequiresSession = true,
            LockDuration = TimeSpan.FromSeconds(30),
            MaxDeliveryCount = int.MaxValue,
        };
        // The broker answers whoever runs, so its timers belong to a process that never dies.
        _broker = MessageBroker.InMemory(
            new NamespaceDefinition { Queues = [ingress] },
            new BrokerOptions(),
            new SimulatedProcess(Loop, "broker").Time,
            () => new Guid(++_lockTokens, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]));
        Queue = _broker.TryFind("ingress", out var queue) ? (MessageQueue)queue : throw new InvalidOperationException("There is no queue.");
    }

    public SimulationLoop Loop { get; }

    public Mutant Mutant { get; }

    public Chaos Chaos { get; }

    public Hub Hub { get; }

    /// <summary>Where the models of publishers and subscribers run.</summary>
    public SimulatedProcess Clients { get; }

    public MessageQueue Queue { get; }

    public InMemoryChannelLog Log { get; } = new();

    public InMemoryInstanceStore InstanceStore { get; } = new() { Plan = new ShardPlan(1, 2) };

    public IReadOnlyList<InstanceName> Instances { get; } = [InstanceName.Parse("a"), InstanceName.Parse("b")];

    public void Dispose() => _broker.Dispose();
}

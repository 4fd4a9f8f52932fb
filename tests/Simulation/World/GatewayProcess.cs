using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Instances;
using ServerlessGateway.Simulation.Tests.Machine;

namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>One life of a Functions process: the product's own services, over adapters that go wrong.</summary>
internal sealed class GatewayProcess
{
    private readonly ServiceProvider _services;

    public GatewayProcess(SimulatedWorld world, string name)
    {
        Process = new SimulatedProcess(world.Loop, name);
        _services = Compose(world).BuildServiceProvider();
        Process.Start(async () =>
        {
            foreach (var service in _services.GetServices<IHostedService>())
            {
                await service.StartAsync(CancellationToken.None);
            }
        });
    }

    public SimulatedProcess Process { get; }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    private ServiceCollection Compose(SimulatedWorld world)
    {
        var services = new ServiceCollection();
        var settings = world.Instances.Select((instance, at) =>
            KeyValuePair.Create<string, string?>($"Gateway:Instances:{at}:Name", instance.Value));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLogging();
        services.AddSingleton(Process.Time);
        services.AddSingleton<IEntropy>(new SeededEntropy(new Random(world.Chaos.Random.Next())));
        services.AddSingleton<IChannelLog>(new UnreliableChannelLog(world.Mutant.Log(world.Log), world.Chaos, Process));
        services.AddSingleton<IInstanceStore>(new UnreliableInstanceStore(world.InstanceStore, world.Chaos, Process));
        services.AddSingleton<IIngressQueue>(new BrokerIngressQueue(world.Queue, world.Chaos, Process));
        services.AddSingleton<IDestinationSender>(new HubSender(world.Hub, world.Chaos, Process));
        services.AddInstances();
        services.AddPublishing();
        services.AddReading();
        services.AddSequencing();
        return services;
    }
}

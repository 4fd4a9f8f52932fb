using Azure.Messaging.ServiceBus;
using ServerlessGateway.ServiceBusEmulator;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>
/// A namespace of its own for each test: the emulator in this process, with the entities that these tests use, behind
/// a proxy that can cut every connection.
/// </summary>
internal sealed class ServiceBusNamespace : IAsyncDisposable
{
    public const string Queue = "orders";
    public const string SessionQueue = "ingress";
    public const string SmallQueue = "small";
    public const string Topic = "events";
    public const string Subscription = "backend";

    /// <summary>Ends a test that hangs; no test waits for it.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private readonly List<IAsyncDisposable> _owned = [];

    private ServiceBusNamespace(ServiceBusEmulatorHost host, CutProxy proxy)
    {
        Host = host;
        Proxy = proxy;
    }

    public ServiceBusEmulatorHost Host { get; }

    public CutProxy Proxy { get; }

    public string ConnectionString =>
        Host.ConnectionString.Replace(Host.AmqpEndPoint.ToString(), Proxy.EndPoint.ToString(), StringComparison.Ordinal);

    public static async Task<ServiceBusNamespace> StartAsync(
        TimeProvider? time = null, int maxDeliveryCount = 3, int lockSeconds = 30)
    {
        var lockDuration = TimeSpan.FromSeconds(lockSeconds);
        var host = await ServiceBusEmulatorHost.StartAsync(
            new ServiceBusEmulatorOptions
            {
                Time = time ?? TimeProvider.System,
                Namespace = new NamespaceDefinition
                {
                    Queues =
                    [
                        new QueueDefinition { Name = Queue, LockDuration = lockDuration, MaxDeliveryCount = maxDeliveryCount },
                        new QueueDefinition
                        {
                            Name = SessionQueue,
                            LockDuration = lockDuration,
                            MaxDeliveryCount = maxDeliveryCount,
                            RequiresSession = true,
                        },
                        new QueueDefinition { Name = SmallQueue, MaxSizeBytes = 4096 },
                    ],
                    Topics =
                    [
                        new TopicDefinition
                        {
                            Name = Topic,
                            Subscriptions =
                            [
                                new SubscriptionDefinition(
                                    new QueueDefinition { Name = Subscription, RequiresSession = true }, []),
                            ],
                        },
                    ],
                },
            },
            CancellationToken.None);
        return new ServiceBusNamespace(host, CutProxy.Start(host.AmqpEndPoint));
    }

    /// <summary>A client that gives up soon enough for a test: one retry, and a short wait for what does not come.</summary>
    public ServiceBusClient Client(TimeSpan? tryTimeout = null, int maxRetries = 1) =>
        Own(new ServiceBusClient(ConnectionString, new ServiceBusClientOptions
        {
            RetryOptions = new ServiceBusRetryOptions
            {
                Mode = ServiceBusRetryMode.Fixed,
                Delay = TimeSpan.FromMilliseconds(50),
                MaxRetries = maxRetries,
                TryTimeout = tryTimeout ?? TimeSpan.FromSeconds(20),
            },
        }));

    /// <summary>Disposes a client before the broker goes away.</summary>
    public ServiceBusClient Own(ServiceBusClient client)
    {
        _owned.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
        {
            await owned.DisposeAsync();
        }

        await Proxy.DisposeAsync();
        await Host.DisposeAsync();
    }
}

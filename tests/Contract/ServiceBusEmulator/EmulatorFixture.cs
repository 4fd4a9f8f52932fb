using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using ServerlessGateway.ServiceBusEmulator;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>A fresh emulator in this process, on ports of its own, and connections to it.</summary>
internal sealed class EmulatorFixture : IAsyncDisposable
{
    public const string Queue = "orders";
    public const string SessionQueue = "ingress";
    public const string ShortLocks = "short-locks";
    public const string Topic = "events";
    public const string Subscription = "events/Subscriptions/audit";

    /// <summary>A guard against hangs; what is waited for comes in milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<Connection> _connections = [];

    private EmulatorFixture(ServiceBusEmulatorHost host) => Host = host;

    public ServiceBusEmulatorHost Host { get; }

    public MessageBroker Broker => Host.Broker;

    public static NamespaceDefinition Namespace { get; } = new()
    {
        Queues =
        [
            new QueueDefinition { Name = Queue },
            new QueueDefinition { Name = SessionQueue, RequiresSession = true },
            new QueueDefinition { Name = ShortLocks, LockDuration = TimeSpan.FromSeconds(5) },
        ],
        Topics =
        [
            new TopicDefinition
            {
                Name = Topic,
                Subscriptions = [new SubscriptionDefinition(new QueueDefinition { Name = "audit" }, [])],
            },
        ],
    };

    public static async Task<EmulatorFixture> StartAsync(AmqpLimits? limits = null, TimeProvider? time = null) =>
        new(await ServiceBusEmulatorHost.StartAsync(
            new ServiceBusEmulatorOptions
            {
                Namespace = Namespace,
                Limits = limits ?? new AmqpLimits(),
                Time = time ?? TimeProvider.System,
            },
            CancellationToken.None));

    /// <summary>An emulator on a disk whose progress the test decides.</summary>
    public static async Task<EmulatorFixture> StartAsync(HeldJournal journal, AmqpLimits? limits = null)
    {
        var broker = MessageBroker.Restore(
            Namespace, new BrokerOptions(), TimeProvider.System, Guid.NewGuid, [], () => journal, out _);
        var options = new ServiceBusEmulatorOptions { Namespace = Namespace, Limits = limits ?? new AmqpLimits() };
        return new EmulatorFixture(await ServiceBusEmulatorHost.StartAsync(options, broker, CancellationToken.None));
    }

    /// <summary>Connects with the namespace's key by SASL PLAIN: authorized for everything.</summary>
    public Task<Connection> ConnectAsync() =>
        ConnectAsync(SharedAccessKey.WellKnown.Name, SharedAccessKey.WellKnown.Key);

    public async Task<Connection> ConnectAsync(string? user, string? password)
    {
        var address = new Address("127.0.0.1", Host.AmqpEndPoint.Port, user, password, "/", "amqp");
        var factory = new ConnectionFactory();
        if (user is null)
        {
            factory.SASL.Profile = SaslProfile.Anonymous;
        }

        var connection = await factory.CreateAsync(address);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>A connection with one session, ready for links.</summary>
    public async Task<Session> OpenSessionAsync() => new(await ConnectAsync());

    public async Task<RawPeer> ConnectRawAsync() => await RawPeer.ConnectAsync(Host.AmqpEndPoint);

    public MessageQueue QueueNamed(string address) =>
        Broker.TryFind(address, out var entity) ? (MessageQueue)entity : throw new InvalidOperationException(address);

    public static Message Text(string text, string? sessionId = null) => new(text)
    {
        Properties = new Properties { MessageId = text, GroupId = sessionId },
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            if (!connection.IsClosed)
            {
                await connection.CloseAsync();
            }
        }

        await Host.DisposeAsync();
    }
}

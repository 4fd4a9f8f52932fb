using Azure.Messaging.ServiceBus;
using ServerlessGateway.ServiceBusEmulator;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>A broker in this process, and the sample app in its own with some functions on.</summary>
internal sealed class QueueApp : IAsyncDisposable
{
    public const string SessionQueue = "sessions";
    public const string PlainQueue = "plain";
    public const string AutoQueue = "auto";
    public const string Topic = "events";
    public const string Subscription = "backend";

    private static readonly NamespaceDefinition Namespace = new()
    {
        Queues =
        [
            new QueueDefinition { Name = SessionQueue, RequiresSession = true },
            new QueueDefinition { Name = PlainQueue },
            new QueueDefinition { Name = AutoQueue },
        ],
        Topics =
        [
            new TopicDefinition
            {
                Name = Topic,
                Subscriptions =
                [
                    new SubscriptionDefinition(new QueueDefinition { Name = Subscription, RequiresSession = true }, []),
                ],
            },
        ],
    };

    private readonly ServiceBusEmulatorHost _broker;

    private QueueApp(ServiceBusEmulatorHost broker, SampleApp app)
    {
        _broker = broker;
        App = app;
        Client = new ServiceBusClient(broker.ConnectionString);
    }

    public SampleApp App { get; }

    public ServiceBusClient Client { get; }

    public static async Task<QueueApp> StartAsync(string function, params (string Name, string? Value)[] settings)
    {
        var broker = await ServiceBusEmulatorHost.StartAsync(
            new ServiceBusEmulatorOptions { Namespace = Namespace }, CancellationToken.None);
        var app = await SampleApp.StartAsync(
        [
            SampleApp.Enabled(function),
            ("Bus", broker.ConnectionString),
            ("SessionQueue", SessionQueue),
            ("PlainQueue", PlainQueue),
            ("AutoQueue", AutoQueue),
            ("Topic", Topic),
            ("Subscription", Subscription),
            .. settings,
        ]);
        return new QueueApp(broker, app);
    }

    public async Task SendAsync(string entity, string? session, params (string Id, string Body)[] messages)
    {
        await using var sender = Client.CreateSender(entity);
        await sender.SendMessagesAsync(messages.Select(message =>
            new ServiceBusMessage(message.Body) { MessageId = message.Id, SessionId = session }));
    }

    public QueueCounts Count(string queue) => _broker.Broker.TryFind(queue, out var entity)
        ? ((MessageQueue)entity).Count()
        : throw new InvalidOperationException($"There is no queue {queue}.");

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await App.DisposeAsync();
        await _broker.DisposeAsync();
    }
}

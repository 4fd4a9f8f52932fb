using System.Text;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>A broker in memory on a clock that only the test moves.</summary>
public sealed class BrokerFixture : IDisposable
{
    public static readonly TimeSpan LockDuration = TimeSpan.FromSeconds(30);

    private int _tokens;

    public BrokerFixture(NamespaceDefinition definition, BrokerOptions? options = null)
    {
        Clock = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Broker = MessageBroker.InMemory(definition, options ?? new BrokerOptions(), Clock, NewToken);
    }

    public FakeTimeProvider Clock { get; }

    public MessageBroker Broker { get; }

    public static BrokerFixture WithQueue(Func<QueueDefinition, QueueDefinition>? change = null) =>
        new(new NamespaceDefinition { Queues = [Queue("q", change)] });

    public static BrokerFixture WithSessions(Func<QueueDefinition, QueueDefinition>? change = null) =>
        WithQueue(queue => (change ?? (same => same))(queue with { RequiresSession = true }));

    public static QueueDefinition Queue(string name, Func<QueueDefinition, QueueDefinition>? change = null) =>
        (change ?? (same => same))(new QueueDefinition { Name = name, LockDuration = LockDuration });

    public static BrokerMessage Message(string body, string? session = null) => new()
    {
        Payload = Encoding.UTF8.GetBytes(body),
        SessionId = session,
    };

    public static string Body(Delivery delivery) => Body(delivery.Message);

    public static string Body(MessageSnapshot message) => Encoding.UTF8.GetString(message.Message.Payload.Span);

    public static IEnumerable<string> Bodies(IEnumerable<Delivery> deliveries) => deliveries.Select(Body);

    public MessageQueue Q(string address = "q") => (MessageQueue)Entity(address);

    public BrokerEntity Entity(string address) =>
        Broker.TryFind(address, out var entity) ? entity : throw new ArgumentException($"There is no '{address}'.");

    public async Task SendAsync(params BrokerMessage[] messages) => await SendToAsync("q", messages);

    public async Task SendToAsync(string address, params BrokerMessage[] messages) =>
        Assert.Null(await Entity(address).SendAsync(messages));

    /// <summary>What a new receiver is given at once.</summary>
    public async Task<IReadOnlyList<Delivery>> ReceiveAsync(
        int count, string address = "q", ReceiveMode mode = ReceiveMode.PeekLock)
    {
        var receiver = PullReceiver.Open(Q(address), mode).Value;
        var deliveries = (await receiver.ReceiveAsync(count, TimeSpan.Zero, CancellationToken.None)).Value;
        receiver.Close();
        return deliveries;
    }

    public async Task<SessionLease> AcceptAsync(string? session, string address = "q") =>
        (await Q(address).AcceptSessionAsync(session, TimeSpan.Zero, CancellationToken.None)).Value;

    public async Task<BrokerErrorCode?> AcceptErrorAsync(string? session) =>
        (await Q().AcceptSessionAsync(session, TimeSpan.Zero, CancellationToken.None)).Error?.Code;

    public static RecordingSink Listen(SessionLease lease, int credit, ReceiveMode mode = ReceiveMode.PeekLock) =>
        new RecordingSink().On(sink => lease.OpenReceiver(mode, sink), credit);

    public RecordingSink Listen(int credit, string address = "q", ReceiveMode mode = ReceiveMode.PeekLock) =>
        new RecordingSink().On(sink => Q(address).OpenReceiver(mode, sink), credit);

    public void Dispose() => Broker.Dispose();

    private Guid NewToken() => new(++_tokens, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);
}

using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class JournalTests : IDisposable
{
    internal static readonly NamespaceDefinition Definition = new()
    {
        Queues =
        [
            Queue("q", queue => queue with { MaxDeliveryCount = 2, RequiresDuplicateDetection = true }),
            Queue("s", queue => queue with { RequiresSession = true }),
        ],
        Topics =
        [
            new TopicDefinition
            {
                Name = "t",
                Subscriptions = [new SubscriptionDefinition(Queue("a"), []), new SubscriptionDefinition(Queue("b"), [])],
            },
        ],
    };

    private readonly JournalFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Everything_but_locks_survives_a_restart()
    {
        string before;
        await using (var durable = await OpenAsync(JournalFlush.Disk))
        {
            await FillAsync(durable.Broker);
            before = Dump.Of(durable.Broker);
        }

        await using var again = await OpenAsync(JournalFlush.Disk);

        Assert.Equal(before, Dump.Of(again.Broker));
        Assert.Empty(again.ReplayNotes);
        Assert.Equal(0, QueueOf(again, "q").Count().Locked);
    }

    [Fact]
    public async Task A_process_that_just_dies_loses_nothing_that_was_acknowledged()
    {
        // The files are read while the first broker still has them open and never closed them.
        await using var durable = await OpenAsync();
        await FillAsync(durable.Broker);
        using var copy = new JournalFolder();
        foreach (var name in _folder.Files)
        {
            File.Copy(_folder.FileOf(name), copy.FileOf(name));
        }

        await using var again = await copy.OpenAsync(Definition, _clock);

        Assert.Equal(Dump.Of(durable.Broker), Dump.Of(again.Broker));
    }

    [Fact]
    public async Task Delivery_counts_are_kept_over_a_restart()
    {
        await using (var durable = await OpenAsync())
        {
            var queue = QueueOf(durable, "q");
            await SendAsync(queue, "1");
            var sink = await ReceiveAsync(queue);
            Assert.Null(await queue.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.Abandon()));
            sink.Receiver.Close();
        }

        await using var again = await OpenAsync();
        var next = await ReceiveAsync(QueueOf(again, "q"));

        Assert.Equal(1, next.Deliveries[0].Message.DeliveryCount);
        Assert.Null(await QueueOf(again, "q").SettleAsync(next.Deliveries[0].LockToken, new Settlement.Abandon()));
        Assert.Equal(1, QueueOf(again, "q").DeadLetterQueue!.Count().Available);
    }

    [Fact]
    public async Task Sequence_numbers_go_on_after_a_restart_even_when_nothing_is_left()
    {
        await using (var durable = await OpenAsync())
        {
            var queue = QueueOf(durable, "q");
            await SendAsync(queue, "1");
            var sink = await ReceiveAsync(queue);
            await queue.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.Complete());
        }

        await using var again = await OpenAsync();
        await SendAsync(QueueOf(again, "q"), "2");

        Assert.Equal(2, QueueOf(again, "q").Peek(0, 10, null)[0].SequenceNumber);
    }

    [Fact]
    public async Task Messages_of_an_entity_that_is_gone_are_left_out_with_a_line()
    {
        await using (var durable = await OpenAsync())
        {
            await SendAsync(QueueOf(durable, "q"), "1");
        }

        await using var again = await _folder.OpenAsync(Definition with { Queues = [Definition.Queues[1]] }, _clock);

        Assert.Equal(["1 messages of 'q' are left out: it is no longer configured."], again.ReplayNotes);
    }

    [Fact]
    public async Task A_folder_in_use_is_refused()
    {
        await using var durable = await OpenAsync();

        await Assert.ThrowsAsync<IOException>(() => OpenAsync());
    }

    public void Dispose() => _folder.Dispose();

    private static MessageQueue QueueOf(DurableBroker durable, string address) => QueueOf(durable.Broker, address);

    private static MessageQueue QueueOf(MessageBroker broker, string address) =>
        broker.TryFind(address, out var entity) ? (MessageQueue)entity : throw new ArgumentException(address);

    private static async Task SendAsync(BrokerEntity entity, params string[] bodies) =>
        Assert.Null(await entity.SendAsync([.. bodies.Select(body => Message(body))]));

    /// <summary>One delivery; the message must be there already.</summary>
    private static async Task<RecordingSink> ReceiveAsync(MessageQueue queue)
    {
        var sink = new RecordingSink().On(own => queue.OpenReceiver(ReceiveMode.PeekLock, own), credit: 1);
        sink.Receiver.Drain();
        await sink.Drained.WaitAsync(TimeSpan.FromSeconds(30));
        return sink;
    }

    private async Task FillAsync(MessageBroker broker)
    {
        var queue = QueueOf(broker, "q");
        Assert.Null(await queue.SendAsync(
        [
            .. Enumerable.Range(0, 5).Select(index => Message($"{index}") with
            {
                MessageId = $"id{index}",
                Subject = "subject",
                ApplicationProperties = new Dictionary<string, object?> { ["n"] = index, ["none"] = null },
            }),
            Message("later") with { ScheduledEnqueueTime = _clock.GetUtcNow() + TimeSpan.FromHours(1) },
            Message("short") with { TimeToLive = TimeSpan.FromHours(2) },
        ]));
        Settlement[] settlements =
        [
            new Settlement.Complete(),
            new Settlement.Abandon { PropertiesToModify = new Dictionary<string, object?> { ["tried"] = true } },
            new Settlement.Defer(),
            new Settlement.DeadLetter("reason", "description"),
        ];
        foreach (var settlement in settlements)
        {
            var sink = await ReceiveAsync(queue);
            Assert.Null(await queue.SettleAsync(sink.Deliveries[0].LockToken, settlement));
        }

        await FillSessionsAsync(broker);
        Assert.True(broker.TryFind("t", out var topic));
        await SendAsync(topic, "to both");
    }

    private static async Task FillSessionsAsync(MessageBroker broker)
    {
        var sessions = QueueOf(broker, "s");
        Assert.Null(await sessions.SendAsync([Message("1", "x"), Message("2", "y")]));
        var lease = (await sessions.AcceptSessionAsync("x", TimeSpan.Zero, CancellationToken.None)).Value;
        Assert.Null(await lease.SetStateAsync(new byte[] { 9 }));
    }

    private Task<DurableBroker> OpenAsync(JournalFlush flush = JournalFlush.OperatingSystem) =>
        _folder.OpenAsync(Definition, _clock, flush: flush);
}

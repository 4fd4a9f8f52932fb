using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>What the broker promises before and after its journal says that something is durable.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ManualJournal _journal = new();
    private readonly MessageBroker _broker;

    public DurabilityTests() => _broker = Restore(_journal, []);

    private MessageQueue Queue => (MessageQueue)_broker.Entities[0];

    [Fact]
    public async Task A_send_is_acknowledged_and_seen_only_when_it_is_durable()
    {
        var sink = new RecordingSink().On(own => Queue.OpenReceiver(ReceiveMode.PeekLock, own), credit: 10);

        var send = Queue.SendAsync([Message("1"), Message("2")]);
        Assert.False(send.IsCompleted);
        Assert.Empty(sink.Bodies);
        Assert.Empty(Queue.Peek(0, 10, null));

        _journal.Flush();
        Assert.Null(await send);
        Assert.Equal(["1", "2"], sink.Bodies);
    }

    [Fact]
    public async Task Sends_become_durable_in_their_order()
    {
        var first = Queue.SendAsync([Message("1")]);
        var second = Queue.SendAsync([Message("2")]);

        _journal.FlushOnly(1);

        Assert.Null(await first);
        Assert.False(second.IsCompleted);
        Assert.Equal(["1"], Queue.Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task A_duplicate_is_acknowledged_only_when_the_original_is_durable()
    {
        var original = Queue.SendAsync([Message("1") with { MessageId = "id" }]);
        var duplicate = Queue.SendAsync([Message("1") with { MessageId = "id" }]);
        Assert.False(duplicate.IsCompleted);

        _journal.Flush();

        Assert.Null(await original);
        Assert.Null(await duplicate);
        Assert.Equal(1, Queue.Count().Available);
    }

    [Fact]
    public async Task A_settlement_is_acknowledged_only_when_it_is_durable()
    {
        var sink = new RecordingSink().On(own => Queue.OpenReceiver(ReceiveMode.PeekLock, own), credit: 1);
        var send = Queue.SendAsync([Message("1")]);
        _journal.Flush();
        await send;

        var settle = Queue.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.Complete());
        Assert.False(settle.IsCompleted);
        _journal.Flush();

        Assert.Null(await settle);
    }

    [Fact]
    public void Receive_and_delete_hands_over_only_what_is_durably_gone()
    {
        var sink = new RecordingSink().On(own => Queue.OpenReceiver(ReceiveMode.ReceiveAndDelete, own), credit: 1);
        _ = Queue.SendAsync([Message("1")]);
        _journal.Flush();
        sink.Receiver.Drain();
        Assert.Empty(sink.Events);

        _journal.Flush();

        Assert.Equal(["1", "drained"], sink.Events);
    }

    [Fact]
    public async Task A_broken_journal_ends_what_waits_and_refuses_the_rest()
    {
        var sink = new RecordingSink().On(own => Queue.OpenReceiver(ReceiveMode.PeekLock, own), credit: 1);
        var send = Queue.SendAsync([Message("1")]);

        _journal.Break();

        Assert.Equal(BrokerErrorCode.InternalError, (await send)?.Code);
        Assert.Equal(BrokerErrorCode.InternalError, sink.ClosedWith?.Code);
        var next = await Queue.SendAsync([Message("2")]);
        Assert.Equal(BrokerErrorCode.InternalError, next?.Code);
        Assert.Contains("The disk is full.", next?.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_is_behind_makes_sends_busy_and_leaves_settlements_alone()
    {
        var sink = new RecordingSink().On(own => Queue.OpenReceiver(ReceiveMode.PeekLock, own), credit: 1);
        var send = Queue.SendAsync([Message("1")]);
        _journal.Flush();
        await send;
        _journal.IsBusy = true;

        var refused = await Queue.SendAsync([Message("2")]);
        var settle = Queue.SettleAsync(sink.Deliveries[0].LockToken, new Settlement.Complete());
        _journal.Flush();

        Assert.Equal(BrokerErrorCode.ServerBusy, refused?.Code);
        Assert.Null(await settle);
    }

    [Fact]
    public async Task A_message_taken_at_its_return_leaves_records_that_can_be_replayed()
    {
        // The lock runs out, and a receive-and-delete receiver takes the message in the same moment.
        var sink = new RecordingSink().On(own => Queue.OpenReceiver(ReceiveMode.PeekLock, own), credit: 1);
        var send = Queue.SendAsync([Message("1")]);
        _journal.Flush();
        await send;
        sink.Receiver.Close();
        var taker = new RecordingSink().On(own => Queue.OpenReceiver(ReceiveMode.ReceiveAndDelete, own), credit: 1);

        _clock.Advance(LockDuration);
        _journal.Flush();

        Assert.Equal(["1"], taker.Bodies);
        using var restored = Restore(new ManualJournal(), _journal.Operations.SelectMany(operation => operation));
        Assert.Equal(0, restored.Entities.OfType<MessageQueue>().Sum(queue => queue.Count().Available));
    }

    [Fact]
    public async Task A_snapshot_holds_exactly_what_the_operations_before_it_made()
    {
        var sends = new[] { Queue.SendAsync([Message("1")]), Queue.SendAsync([Message("2")]) };
        _journal.IsFull = true;
        var last = Queue.SendAsync([Message("3")]);
        _journal.Flush();
        await Task.WhenAll([.. sends, last]);

        using var fromSnapshot = Restore(new ManualJournal(), _journal.Snapshot!);
        using var fromRecords = Restore(new ManualJournal(), _journal.Operations.SelectMany(operation => operation));

        Assert.Equal(["1", "2", "3"], ((MessageQueue)fromSnapshot.Entities[0]).Peek(0, 10, null).Select(Body));
        Assert.Equal(Dump.Of(fromRecords), Dump.Of(fromSnapshot));
    }

    [Fact]
    public void Records_that_contradict_each_other_stop_the_start()
    {
        BrokerRecord[] records = [new BrokerRecord.Removed("q", 7)];

        var failure = Assert.Throws<InvalidDataException>(() => Restore(new ManualJournal(), records));

        Assert.Contains("message 7 of 'q'", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _broker.Dispose();

    private MessageBroker Restore(ManualJournal journal, IEnumerable<BrokerRecord> records) => MessageBroker.Restore(
        new NamespaceDefinition { Queues = [BrokerFixture.Queue("q", queue => queue with { RequiresDuplicateDetection = true })] },
        new BrokerOptions(),
        _clock,
        Guid.NewGuid,
        records,
        () => journal,
        out _);
}

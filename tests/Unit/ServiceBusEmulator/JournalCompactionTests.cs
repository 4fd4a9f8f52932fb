using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class JournalCompactionTests
{
    private static readonly Gen<(int, int)[]> Steps = Gen.Select(Gen.Int[0, StepRunner.Verbs - 1], Gen.Int[0, 5]).Array[1, 60];

    [Fact]
    public Task Compacted_or_not_a_journal_gives_back_the_same() => Steps.SampleAsync(
        async steps =>
        {
            var often = await RunAsync(steps, compactAtBytes: 1);
            var never = await RunAsync(steps, compactAtBytes: long.MaxValue);

            Assert.Equal(never.Before, never.After);
            Assert.Equal(often.Before, often.After);
            Assert.Equal(never.After, often.After);
        },
        iter: 25,
        threads: 1);

    [Fact]
    public async Task The_journal_stays_bounded_while_messages_come_and_go()
    {
        using var folder = new JournalFolder();
        await using var durable = await folder.OpenAsync(StepRunner.Definition, new FakeTimeProvider(), compactAtBytes: 50_000);
        var queue = (MessageQueue)durable.Broker.Entities[0];
        queue.OpenReceiver(ReceiveMode.ReceiveAndDelete, new RecordingSink()).Value.AddCredit(int.MaxValue / 2);
        for (var index = 0; index < 200; index++)
        {
            Assert.Null(await queue.SendAsync([Message(new string('x', 5_000))]));
            await durable.FlushAsync();
        }

        // A million bytes went through; what stays is one log of the limit and the message that crossed it.
        Assert.InRange(folder.Bytes, 1, 60_000);
        Assert.Equal(2, folder.Files.Count());
        Assert.DoesNotContain("journal-0000000001.log", folder.Files);
    }

    [Fact]
    public async Task Sequence_numbers_go_on_after_compaction_even_when_nothing_is_left()
    {
        using var folder = new JournalFolder();
        var clock = new FakeTimeProvider();
        await using (var durable = await folder.OpenAsync(StepRunner.Definition, clock, compactAtBytes: 1))
        {
            var queue = (MessageQueue)durable.Broker.Entities[0];
            queue.OpenReceiver(ReceiveMode.ReceiveAndDelete, new RecordingSink()).Value.AddCredit(3);
            Assert.Null(await queue.SendAsync([Message("1"), Message("2"), Message("3")]));
            await durable.FlushAsync();
            await durable.FlushAsync();
        }

        // Compacted once more, now that the queue is empty: no record of a message of its own is left.
        await using (var durable = await folder.OpenAsync(StepRunner.Definition, clock, compactAtBytes: 1))
        {
            var topic = durable.Broker.Entities.Single(entity => entity.Kind == EntityKind.Topic);
            Assert.Null(await topic.SendAsync([Message(new string('x', 10_000))]));
            await durable.FlushAsync();
        }

        Assert.Equal(["journal-0000000003.log", "snapshot-0000000003.log"], folder.Files);
        await using var again = await folder.OpenAsync(StepRunner.Definition, clock);

        Assert.Equal([4L], (await again.Broker.Entities[0].ScheduleAsync([Message("4")])).Value);
    }

    [Fact]
    public async Task A_snapshot_that_was_not_finished_is_ignored_and_removed()
    {
        using var folder = new JournalFolder();
        var clock = new FakeTimeProvider();
        await using (var durable = await folder.OpenAsync(StepRunner.Definition, clock))
        {
            Assert.Null(await durable.Broker.Entities[0].SendAsync([Message("1")]));
        }

        var temporary = folder.FileOf("snapshot-0000000002.log.tmp");
        await File.WriteAllTextAsync(temporary, "half");

        await using var again = await folder.OpenAsync(StepRunner.Definition, clock);

        Assert.Equal(["1"], ((MessageQueue)again.Broker.Entities[0]).Peek(0, 10, null).Select(Body));
        Assert.False(File.Exists(temporary));
    }

    [Fact]
    public async Task Files_that_a_crash_left_behind_a_snapshot_are_removed()
    {
        using var folder = new JournalFolder();
        var clock = new FakeTimeProvider();
        var old = await SnapshotAsync(folder, clock);
        await File.WriteAllBytesAsync(folder.FileOf("journal-0000000001.log"), old);

        await using var again = await folder.OpenAsync(StepRunner.Definition, clock);

        Assert.Equal(["1"], ((MessageQueue)again.Broker.Entities[0]).Peek(0, 10, null).Select(Body));
        Assert.DoesNotContain("journal-0000000001.log", folder.Files);
    }

    [Fact]
    public async Task A_damaged_snapshot_stops_the_start()
    {
        using var folder = new JournalFolder();
        var clock = new FakeTimeProvider();
        await SnapshotAsync(folder, clock);
        var path = folder.FileOf(folder.Files.Single(name => name.StartsWith("snapshot", StringComparison.Ordinal)));
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => folder.OpenAsync(StepRunner.Definition, clock));

        Assert.Contains("is damaged at byte", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Sends one message, lets the journal be compacted, and returns what its first file held.</summary>
    private static async Task<byte[]> SnapshotAsync(JournalFolder folder, FakeTimeProvider clock)
    {
        byte[] old;
        await using (var durable = await folder.OpenAsync(StepRunner.Definition, clock))
        {
            Assert.Null(await durable.Broker.Entities[0].SendAsync([Message("1")]));
            await durable.FlushAsync();
            old = await File.ReadAllBytesAsync(folder.FileOf("journal-0000000001.log"));
        }

        await using (var durable = await folder.OpenAsync(StepRunner.Definition, clock, compactAtBytes: 1))
        {
            Assert.Null(await durable.Broker.Entities[0].SendAsync([Message("2") with { TimeToLive = TimeSpan.FromSeconds(1) }]));
            clock.Advance(TimeSpan.FromSeconds(1));
            await durable.FlushAsync();
        }

        Assert.Contains(folder.Files, name => name.StartsWith("snapshot", StringComparison.Ordinal));
        return old;
    }

    private static async Task<(string Before, string After)> RunAsync((int, int)[] steps, long compactAtBytes)
    {
        using var folder = new JournalFolder();
        var clock = new FakeTimeProvider();
        string before;
        await using (var durable = await folder.OpenAsync(StepRunner.Definition, clock, compactAtBytes))
        {
            var runner = new StepRunner(durable, clock);
            foreach (var (verb, which) in steps)
            {
                await runner.DoAsync(verb, which);
            }

            before = Dump.Of(durable.Broker);
        }

        await using var again = await folder.OpenAsync(StepRunner.Definition, clock, compactAtBytes);
        return (before, Dump.Of(again.Broker));
    }
}

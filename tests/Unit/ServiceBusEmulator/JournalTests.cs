using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class JournalTests : IDisposable
{
    private const string FirstFile = "journal-0000000001.log";

    private static readonly NamespaceDefinition Definition = new()
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

    [Fact]
    public async Task A_journal_cut_at_any_byte_of_its_last_operations_gives_back_the_whole_ones()
    {
        const int count = 8;
        var ends = new List<long>();
        await using (var durable = await OpenAsync())
        {
            for (var index = 0; index < count; index++)
            {
                await SendAsync(QueueOf(durable, "q"), $"{index}");
                await durable.FlushAsync();
                ends.Add(_folder.Bytes);
            }
        }

        var whole = await File.ReadAllBytesAsync(_folder.FileOf(FirstFile));
        Assert.Equal(whole.Length, ends[^1]);
        for (var length = (int)ends[^4]; length <= whole.Length; length++)
        {
            var (bodies, notes) = await ReplayAsync(whole[..length]);
            var expected = ends.Count(end => end <= length);
            Assert.Equal(Enumerable.Range(0, expected).Select(index => $"{index}"), bodies);
            Assert.Equal(ends.Contains(length) ? 0 : 1, notes.Count);
        }
    }

    [Fact]
    public async Task A_batch_cut_at_any_byte_is_not_there_at_all()
    {
        long before;
        await using (var durable = await OpenAsync())
        {
            await SendAsync(QueueOf(durable, "q"), "0");
            await durable.FlushAsync();
            before = _folder.Bytes;
            await SendAsync(QueueOf(durable, "q"), "1", "2", "3");
        }

        var whole = await File.ReadAllBytesAsync(_folder.FileOf(FirstFile));
        for (var length = (int)before; length < whole.Length; length++)
        {
            Assert.Equal(["0"], (await ReplayAsync(whole[..length])).Bodies);
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_the_last_operation_cuts_it()
    {
        long before;
        await using (var durable = await OpenAsync())
        {
            await SendAsync(QueueOf(durable, "q"), "0");
            await durable.FlushAsync();
            before = _folder.Bytes;
            await SendAsync(QueueOf(durable, "q"), "1");
        }

        var whole = await File.ReadAllBytesAsync(_folder.FileOf(FirstFile));
        for (var at = (int)before; at < whole.Length; at++)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= 0x10;
            var (bodies, notes) = await ReplayAsync(flipped);
            Assert.Equal(["0"], bodies);
            Assert.Equal(
                $"{FirstFile}: cut {whole.Length - before} bytes of a torn end at byte {before}; they were never acknowledged.",
                Assert.Single(notes));
        }
    }

    [Fact]
    public async Task Any_damage_gives_back_a_beginning_of_what_was_sent_or_stops_the_start()
    {
        await using (var durable = await OpenAsync())
        {
            for (var index = 0; index < 20; index++)
            {
                await SendAsync(QueueOf(durable, "q"), $"{index}");
            }
        }

        var whole = await File.ReadAllBytesAsync(_folder.FileOf(FirstFile));
        await Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte.Array[1, 16]).SampleAsync(
            async (at, damage) =>
            {
                var damaged = whole.ToArray();
                damage.AsSpan(0, Math.Min(damage.Length, whole.Length - at)).CopyTo(damaged.AsSpan(at));
                var bodies = await TryReplayAsync(damaged);
                Assert.Equal(Enumerable.Range(0, bodies.Count).Select(index => $"{index}"), bodies);
                Assert.True(bodies.Count < 20 || damaged.SequenceEqual(whole), "Damage went unnoticed.");
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public async Task What_was_cut_stays_cut_and_the_journal_goes_on_behind_it()
    {
        await using (var durable = await OpenAsync())
        {
            await SendAsync(QueueOf(durable, "q"), "0");
        }

        await File.AppendAllBytesAsync(_folder.FileOf(FirstFile), new byte[100]);
        await using (var durable = await OpenAsync())
        {
            Assert.Single(durable.ReplayNotes);
            await SendAsync(QueueOf(durable, "q"), "1");
        }

        await using var again = await OpenAsync();

        Assert.Empty(again.ReplayNotes);
        Assert.Equal(["0", "1"], QueueOf(again, "q").Peek(0, 10, null).Select(Body));
    }

    [Fact]
    public async Task Damage_before_the_last_file_stops_the_start()
    {
        await using (var durable = await OpenAsync())
        {
            await SendAsync(QueueOf(durable, "q"), "0");
        }

        File.Copy(_folder.FileOf(FirstFile), _folder.FileOf("journal-0000000002.log"));
        var bytes = await File.ReadAllBytesAsync(_folder.FileOf(FirstFile));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(_folder.FileOf(FirstFile), bytes);

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync());

        Assert.Contains($"{FirstFile}' is damaged at byte", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not ours at all", "is not a journal of this emulator")]
    [InlineData("SGSB\u0063\0\0\0", "has the format version 99")]
    public async Task A_file_of_another_kind_or_version_stops_the_start(string content, string expected)
    {
        await File.WriteAllTextAsync(_folder.FileOf(FirstFile), content);

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync());

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
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

    private static async Task<(IEnumerable<string> Bodies, IReadOnlyList<string> Notes)> ReplayAsync(byte[] journal)
    {
        using var folder = new JournalFolder();
        await File.WriteAllBytesAsync(folder.FileOf(FirstFile), journal);
        await using var durable = await folder.OpenAsync(Definition, new FakeTimeProvider());
        return ([.. QueueOf(durable, "q").Peek(0, 100, null).Select(Body)], durable.ReplayNotes);
    }

    private static async Task<IReadOnlyList<string>> TryReplayAsync(byte[] journal)
    {
        try
        {
            return [.. (await ReplayAsync(journal)).Bodies];
        }
        catch (InvalidDataException)
        {
            // Refused: the head of the file is not a journal's any more.
            return [];
        }
    }

    private Task<DurableBroker> OpenAsync(JournalFlush flush = JournalFlush.OperatingSystem) =>
        _folder.OpenAsync(Definition, _clock, flush: flush);
}

using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>What a start makes of files that a crash or a disk left damaged.</summary>
public sealed class JournalDamageTests : IDisposable
{
    private const string FirstFile = "journal-0000000001.log";

    private readonly JournalFolder _folder = new();

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

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task A_file_that_was_just_begun_for_a_snapshot_that_never_came_loses_nothing(int headerBytes)
    {
        await using (var durable = await OpenAsync())
        {
            await SendAsync(QueueOf(durable, "q"), "0");
        }

        await File.WriteAllBytesAsync(_folder.FileOf("journal-0000000002.log"), JournalFormat.FileHeader()[..headerBytes]);
        await using (var durable = await OpenAsync())
        {
            await SendAsync(QueueOf(durable, "q"), "1");
        }

        await using var again = await OpenAsync();

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

    private static MessageQueue QueueOf(DurableBroker durable, string address) =>
        durable.Broker.TryFind(address, out var entity) ? (MessageQueue)entity : throw new ArgumentException(address);

    private static async Task SendAsync(BrokerEntity entity, params string[] bodies) =>
        Assert.Null(await entity.SendAsync([.. bodies.Select(body => Message(body))]));

    private static async Task<(IEnumerable<string> Bodies, IReadOnlyList<string> Notes)> ReplayAsync(byte[] journal)
    {
        using var folder = new JournalFolder();
        await File.WriteAllBytesAsync(folder.FileOf(FirstFile), journal);
        await using var durable = await folder.OpenAsync(JournalTests.Definition, new FakeTimeProvider());
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

    private Task<DurableBroker> OpenAsync() => _folder.OpenAsync(JournalTests.Definition, new FakeTimeProvider());
}

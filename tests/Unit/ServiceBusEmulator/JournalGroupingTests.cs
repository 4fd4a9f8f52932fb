using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class JournalGroupingTests : IDisposable
{
    private const int Operations = 1_000;

    private readonly JournalFolder _folder = new();

    [Theory]
    [InlineData(JournalFlush.Disk)]
    [InlineData(JournalFlush.OperatingSystem)]
    public async Task Operations_that_wait_together_share_one_flush(JournalFlush flush)
    {
        var segment = SegmentFile.Lock(_folder.Path);
        segment.Open(1, 0);
        var journal = new FileJournal(new JournalOptions { Directory = _folder.Path, Flush = flush }, segment, 0, 0);
        var observer = new Observer();
        var last = 0L;
        for (var number = 1; number <= Operations; number++)
        {
            last = journal.Append([new BrokerRecord.NumbersGiven("q", number)]);
        }

        // The writer starts here: all that came before lies before it at once.
        journal.Attach(observer);
        await journal.FlushAsync();
        await journal.DisposeAsync();

        Assert.Equal(1, journal.Flushes);
        Assert.Equal(Operations, last);
        Assert.Equal(last, observer.Durable);
        Assert.Equal(Operations, new JournalReader(_folder.Path).ReadAll().Count());
    }

    [Theory]
    [InlineData(30_000_000, 0, false)]
    [InlineData(30_000_000, 40_000_000, false)]
    [InlineData(70_000_000, 60_000_000, true)]
    [InlineData(70_000_000, 80_000_000, false)]
    [InlineData(200_000_000, 80_000_000, true)]
    public async Task A_log_is_compacted_when_that_saves_something(long logBytes, long heldBytes, bool isWanted)
    {
        var segment = SegmentFile.Lock(_folder.Path);
        segment.Open(1, 0);
        await using var journal = new FileJournal(
            new JournalOptions { Directory = _folder.Path }, segment, logBytes, snapshotBytes: 1_000);

        Assert.Equal(isWanted, journal.WantsSnapshot(heldBytes));
    }

    public void Dispose() => _folder.Dispose();

    private sealed class Observer : IJournalObserver
    {
        private long _durable;

        public long Durable => Interlocked.Read(ref _durable);

        public void OnDurable(long position) => Interlocked.Exchange(ref _durable, Math.Max(position, Durable));

        public void OnFailed(Exception reason) => Assert.Fail(reason.ToString());
    }
}

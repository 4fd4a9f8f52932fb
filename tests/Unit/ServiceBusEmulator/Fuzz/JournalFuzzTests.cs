using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>
/// Journals that somebody else has written, or whose damage a checksum did not show: a start gives back what is there,
/// or stops and says why.
/// </summary>
public sealed class JournalFuzzTests
{
    private const int Cases = 8_000;

    /// <summary>Each of these opens a journal and a broker.</summary>
    private const int FileCases = 400;

    /// <summary>A start reads through a buffer of a megabyte, and ends with a file.</summary>
    private const long BytesPerStart = 8 * 1024 * 1024;

    private static readonly DateTimeOffset Time = DateTimeOffset.UnixEpoch.AddYears(60);

    private static readonly BrokerMessage Message = new()
    {
        Payload = new byte[] { 1, 2, 3 },
        MessageId = "id",
        SessionId = "s",
        Subject = "subject",
        TimeToLive = TimeSpan.FromMinutes(1),
        ScheduledEnqueueTime = Time,
        ApplicationProperties = new Dictionary<string, object?>
        {
            ["text"] = "t",
            ["decimal"] = 1.5m,
            ["uri"] = new Uri("http://h/p"),
            ["time"] = Time,
            ["date"] = DateTime.UnixEpoch,
            ["span"] = TimeSpan.FromDays(1),
            ["bytes"] = new byte[] { 1 },
            ["char"] = 'c',
            ["guid"] = Guid.Empty,
            ["null"] = null,
        },
    };

    private static readonly BrokerRecord[] Records =
    [
        new BrokerRecord.Stored("q", Snapshot(1)),
        new BrokerRecord.Stored("sessions", Snapshot(1)),
        new BrokerRecord.Stored("unknown", Snapshot(5)),
        new BrokerRecord.Copied("q", Snapshot(2), "q", 1),
        new BrokerRecord.Changed("q", 1, MessageState.Deferred, 3, new Dictionary<string, object?> { ["k"] = 1 }),
        new BrokerRecord.SessionStateSet("sessions", "s", new byte[] { 1, 2 }, Time),
        new BrokerRecord.IdRemembered("q", "id", Time),
        new BrokerRecord.NumbersGiven("q", 9),
        new BrokerRecord.Removed("q", 2),
    ];

    [Fact]
    public Task Records_are_read_or_refused() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of([.. Records.Select(Encoded)]),
        bytes =>
        {
            var reader = new ByteReader(bytes);
            while (!reader.IsAtEnd)
            {
                RecordCodec.Read(ref reader);
            }
        },
        e => e is InvalidDataException);

    [Fact]
    public async Task A_journal_with_good_checksums_over_bad_records_is_replayed_or_refused()
    {
        using var folder = new JournalFolder();
        var path = folder.FileOf(JournalFormat.SegmentName(1));
        await FuzzRun.BytesAsync(
            FileCases,
            Mutations.Of([.. Records.SelectMany(Encoded)]),
            content =>
            {
                File.WriteAllBytes(path, [.. JournalFormat.FileHeader(), .. Framed(content)]);
                var durable = folder.OpenAsync(Definition, new FakeTimeProvider(Time)).GetAwaiter().GetResult();
                durable.DisposeAsync().AsTask().GetAwaiter().GetResult();
            },
            e => e is InvalidDataException,
            BytesPerStart);
    }

    [Fact]
    public async Task Files_of_any_bytes_are_replayed_or_refused()
    {
        using var folder = new JournalFolder();
        byte[] good = [.. JournalFormat.FileHeader(), .. Records.SelectMany(record => Framed(Encoded(record)))];
        await FuzzRun.BytesAsync(
            FileCases,
            Mutations.Of(good),
            bytes =>
            {
                File.WriteAllBytes(folder.FileOf(JournalFormat.SegmentName(1)), bytes);
                var durable = folder.OpenAsync(Definition, new FakeTimeProvider(Time)).GetAwaiter().GetResult();
                durable.DisposeAsync().AsTask().GetAwaiter().GetResult();
            },
            e => e is InvalidDataException,
            BytesPerStart);
    }

    private static NamespaceDefinition Definition { get; } = new()
    {
        Queues =
        [
            BrokerFixture.Queue("q", queue => queue with { RequiresDuplicateDetection = true }),
            BrokerFixture.Queue("sessions", queue => queue with { RequiresSession = true }),
        ],
    };

    private static MessageSnapshot Snapshot(long number) => new()
    {
        Message = Message,
        SequenceNumber = number,
        EnqueuedSequenceNumber = number,
        EnqueuedTime = Time,
        ExpiresAt = Time.AddMinutes(1),
        DeliveryCount = 1,
        State = MessageState.Active,
        DeadLetterReason = "reason",
        ModifiedProperties = new Dictionary<string, object?>(),
    };

    private static byte[] Encoded(BrokerRecord record)
    {
        var buffer = new ByteBuffer(64);
        RecordCodec.Write(buffer, record);
        return buffer.Written.ToArray();
    }

    private static byte[] Framed(byte[] content)
    {
        var length = BitConverter.GetBytes(content.Length);
        return [.. length, .. BitConverter.GetBytes(JournalFormat.Checksum(length, content)), .. content];
    }
}

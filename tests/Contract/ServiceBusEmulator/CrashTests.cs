using Amqp;
using Amqp.Types;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>
/// The emulator is killed at random points under load, several times in a row on the same journal, and everything that
/// clients were told is compared with what is there. CRASH_SEEDS=20 does it for so many seeds.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private const int Lives = 4;

    /// <summary>So small that the journal is compacted many times in each life, also at its end.</summary>
    private const int CompactAtBytes = 200_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("servicebus-crash-");

    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("CRASH_SEEDS") ?? "2", System.Globalization.CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    [Feature("Durability", "Killed again and again under load: messages, settlements, schedules and session state",
        Support = FeatureSupport.Different,
        Note = "With `--data`; without it everything is kept in memory only.")]
    public async Task However_often_it_is_killed_what_was_acknowledged_stands(int seed)
    {
        var random = new Random(seed);
        var model = new CrashModel();
        for (var life = 0; life < Lives; life++)
        {
            await using var emulator = await StartAsync();
            await CheckAsync(emulator, model);
            var killAt = model.Acknowledged + random.Next(20, 1_200);
            var load = new CrashLoad(emulator, model, $"{life}").RunAsync();
            await ReachedAsync(model, killAt, load);
            await emulator.KillAsync();
            await load.WaitAsync(EmulatorFixture.Patience);
        }

        await using var last = await StartAsync();
        await CheckAsync(last, model);
        Assert.True(model.Count(Places.Nowhere) > 0 && model.Acknowledged > 80, "Hardly anything happened.");
    }

    [Fact]
    [Feature("Durability", "The journal stays bounded, also under load and through kill -9")]
    public async Task The_journal_stays_bounded_through_kills_under_load()
    {
        var model = new CrashModel();
        for (var life = 0; life < 3; life++)
        {
            await using var emulator = await StartAsync();
            var load = new CrashLoad(emulator, model, $"{life}").RunAsync();
            await ReachedAsync(model, model.Acknowledged + 1_000, load);
            await emulator.KillAsync();
            await load.WaitAsync(EmulatorFixture.Patience);
        }

        await using var last = await StartAsync();
        await CheckAsync(last, model);
        var live = model.Count(Places.Queue) + model.Count(Places.Deferred) + model.Count(Places.Scheduled)
            + model.Count(Places.DeadLetters);
        var written = 3_000 * 2_000L;
        var held = _folder.EnumerateFiles("data/*.log").Sum(file => file.Length);

        // A snapshot of what lives, one that is replaced, and the log behind each up to twice as large or the threshold;
        // messages come in at most a few flushes deep while a snapshot is written.
        Assert.InRange(held, 1, (8 * CompactAtBytes) + (live * 2_500L * 6));
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "data", "journal-0000000001.log")) is false,
            $"Nothing was compacted, though some {written} bytes were written.");
    }

    [Fact]
    [Feature("Durability", "A torn end of the journal is cut, and the start says so")]
    public async Task A_torn_end_is_cut_and_the_start_says_so_in_one_line()
    {
        var path = Path.Combine(_folder.FullName, "data", "journal-0000000001.log");
        await using (var emulator = await StartAsync())
        {
            var sender = new SenderLink(await ProcessTests.OpenAsync(emulator), "s", CrashLoad.Queue);
            await sender.SendAsync(EmulatorFixture.Text("one"), EmulatorFixture.Patience);
            await sender.SendAsync(EmulatorFixture.Text("two"), EmulatorFixture.Patience);
            await emulator.KillAsync();
        }

        // The beginning of an operation whose end the disk never got.
        var whole = await File.ReadAllBytesAsync(path);
        await File.AppendAllBytesAsync(path, whole[8..40]);

        await using var again = await StartAsync();
        var found = await PeekAsync(await ProcessTests.OpenAsync(again), CrashLoad.Queue);
        await again.TerminateAsync();

        Assert.Equal(["one", "two"], found.Select(item => item.Id));
        Assert.Contains(
            $"journal-0000000001.log: cut 32 bytes of a torn end at byte {whole.Length}; they were never acknowledged.",
            (await again.ErrorsAsync()).Split(Environment.NewLine));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task ReachedAsync(CrashModel model, int acknowledged, Task load)
    {
        await Task.WhenAny(model.ReachedAsync(acknowledged), load).WaitAsync(EmulatorFixture.Patience);
        Assert.True(model.Acknowledged >= acknowledged, $"Only {model.Acknowledged} of {acknowledged} acknowledgements came.");
    }

    private static async Task CheckAsync(EmulatorProcess emulator, CrashModel model)
    {
        var session = await ProcessTests.OpenAsync(emulator);
        model.Check(
        [
            .. await PeekAsync(session, CrashLoad.Queue),
            .. (await PeekAsync(session, $"{CrashLoad.Queue}/$deadletterqueue")).Select(item => (item.Id, Places.DeadLetters)),
            .. await PeekAsync(session, CrashLoad.ScheduledQueue),
        ]);
        await ManagementTests.AcceptAsync(session, CrashLoad.Session, CrashLoad.SessionQueue);
        var answer = await new RequestClient(session, $"{CrashLoad.SessionQueue}/$management").ManageAsync(
            "com.microsoft:get-session-state", new Map { { "session-id", CrashLoad.Session } });
        model.CheckState(CrashLoad.Session, ((Map)answer.Body)["session-state"] is byte[] state ? state[0] : (byte)0);
        await session.Connection.CloseAsync();
    }

    /// <summary>All that an entity holds, in pages, without taking anything.</summary>
    private static async Task<List<(string Id, Places Place)>> PeekAsync(Session session, string address)
    {
        var management = new RequestClient(session, $"{address}/$management");
        var found = new List<(string, Places)>();
        for (var from = 1L; ;)
        {
            var answer = await management.ManageAsync(
                "com.microsoft:peek-message", new Map { { "from-sequence-number", from }, { "message-count", 500 } });
            if (answer.ApplicationProperties["statusCode"] is 204)
            {
                return found;
            }

            foreach (Map item in (List)((Map)answer.Body)["messages"])
            {
                var bytes = (byte[])item["message"];
                var message = Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
                from = (long)message.MessageAnnotations[new Symbol("x-opt-sequence-number")] + 1;
                found.Add((message.Properties.MessageId, PlaceOf(message)));
            }
        }
    }

    private static Places PlaceOf(Message message) => message.MessageAnnotations[new Symbol("x-opt-message-state")] switch
    {
        0 => Places.Queue,
        1 => Places.Deferred,
        _ => Places.Scheduled,
    };

    private Task<EmulatorProcess> StartAsync() => EmulatorProcess.StartAsync(
        "--config", RepositoryRoot.Combine("tests", "sdk-acceptance", "servicebus", "config.json"),
        "--port", "0", "--http-port", "0", "--data", Path.Combine(_folder.FullName, "data"), "--json",
        "--limit", $"CompactAtBytes={CompactAtBytes}");
}

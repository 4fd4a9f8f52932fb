using System.Net.Http.Json;
using System.Text.Json;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>What is left after kill -9 (the seeded storms are in <see cref="CrashTests"/>).</summary>
public sealed class KilledProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("servicebus-emulator-");

    private string Data => Path.Combine(_folder.FullName, "data");

    private static string Config => RepositoryRoot.Combine("tests", "sdk-acceptance", "servicebus", "config.json");

    public void Dispose() => _folder.Delete(recursive: true);

    private string[] Arguments() =>
        ["--config", Config, "--port", "0", "--http-port", "0", "--data", Data, "--json"];

    [Theory]
    [InlineData(40)]
    [InlineData(400)]
    [InlineData(1_500)]
    [Feature("Durability", "Accepted messages survive kill -9",
        Support = FeatureSupport.Different,
        Note = "With `--data`; without it messages are kept in memory only.")]
    public async Task After_kill_9_under_load_every_acknowledged_message_is_there_once(int killAfter)
    {
        var acknowledged = new HashSet<string>();
        await using (var emulator = await EmulatorProcess.StartAsync(Arguments()))
        {
            var enough = new TaskCompletionSource();
            var senders = Enumerable.Range(0, 8).Select(async number =>
            {
                var sender = new SenderLink(await ProcessTests.OpenAsync(emulator), $"s{number}", "plain");
                await SendUntilCutAsync(sender, number, acknowledged, killAfter, enough);
            }).ToArray();
            await enough.Task.WaitAsync(EmulatorFixture.Patience);
            await emulator.KillAsync();
            await Task.WhenAll(senders);
        }

        await using var again = await EmulatorProcess.StartAsync(Arguments());
        var received = await ReceiveAllAsync(again);

        // Messages whose acknowledgement was lost may be there too, once each.
        Assert.True(acknowledged.Count >= killAfter);
        Assert.Empty(acknowledged.Except(received));
        Assert.Equal(received.Count, received.Distinct().Count());
    }

    [Fact]
    public async Task After_kill_9_what_was_settled_stays_settled_and_a_sessions_state_stays()
    {
        await using (var emulator = await EmulatorProcess.StartAsync(Arguments()))
        {
            var session = await ProcessTests.OpenAsync(emulator);
            var sender = new SenderLink(session, "s", "plain");
            await sender.SendAsync(EmulatorFixture.Text("done"), EmulatorFixture.Patience);
            await sender.SendAsync(EmulatorFixture.Text("open"), EmulatorFixture.Patience);
            var message = await new ReceiverLink(session, "r", "plain").ReceiveAsync(EmulatorFixture.Patience);
            var completed = await new RequestClient(session, "plain/$management").ManageAsync(
                "com.microsoft:update-disposition",
                new Map
                {
                    { "disposition-status", "completed" },
                    { "lock-tokens", new[] { new Guid(message.DeliveryTag) } },
                });
            Assert.Equal(200, completed.ApplicationProperties["statusCode"]);
            await SetStateAsync(session, [1, 2, 3]);
            await emulator.KillAsync();
        }

        await using var again = await EmulatorProcess.StartAsync(Arguments());
        Assert.Equal(["open"], await ReceiveAllAsync(again));
        Assert.Equal([1, 2, 3], await GetStateAsync(await ProcessTests.OpenAsync(again)));
    }

    [Fact]
    [Feature("Durability", "Rules changed at run time survive kill -9",
        Support = FeatureSupport.Different,
        Note = "With `--data`. The configuration is read anew at each start; what was changed lies over it.")]
    public async Task After_kill_9_the_rules_are_as_they_were_changed()
    {
        await using (var emulator = await EmulatorProcess.StartAsync(Arguments()))
        {
            var management = await ManageRulesAsync(emulator);
            var added = await RuleTests.AddAsync(management, "mine", RuleTests.Sql("sys.Label = 'a'"));
            Assert.Equal(200, added.ApplicationProperties["statusCode"]);
            var removed = await RuleTests.RemoveAsync(management, "$Default");
            Assert.Equal(200, removed.ApplicationProperties["statusCode"]);
            await emulator.KillAsync();
        }

        await using var again = await EmulatorProcess.StartAsync(Arguments());
        var rules = await RuleTests.ListAsync(await ManageRulesAsync(again), 0, 10);
        Assert.Equal(["mine"], rules.Select(rule => rule.Name));
    }

    private static async Task SendUntilCutAsync(
        SenderLink sender, int number, HashSet<string> acknowledged, int killAfter, TaskCompletionSource enough)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var id = $"{number}-{i}";
                await sender.SendAsync(EmulatorFixture.Text(id), EmulatorFixture.Patience);
                lock (acknowledged)
                {
                    acknowledged.Add(id);
                    if (acknowledged.Count >= killAfter)
                    {
                        enough.TrySetResult();
                    }
                }
            }
        }
        catch (AmqpException)
        {
            // The connection was cut: what was under way is neither known to be there nor to be lost.
        }
    }

    /// <summary>Receives and deletes as many messages as the emulator says that the queue holds.</summary>
    private static async Task<List<string>> ReceiveAllAsync(EmulatorProcess emulator)
    {
        var attach = new Attach
        {
            Source = new Source { Address = "plain" },
            Target = new Target(),
            SndSettleMode = SenderSettleMode.Settled,
        };
        var held = await HeldAsync(emulator, "plain");
        var receiver = new ReceiverLink(await ProcessTests.OpenAsync(emulator), "r", attach, null);
        receiver.SetCredit(held, CreditMode.Manual);
        var received = new List<string>();
        while (received.Count < held)
        {
            var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);
            Assert.True(message is not null, $"Only {received.Count} of {held} messages came.");
            received.Add(message.Properties.MessageId);
        }

        return received;
    }

    private static async Task<int> HeldAsync(EmulatorProcess emulator, string queue)
    {
        using var http = new HttpClient();
        var meter = await http.GetFromJsonAsync<JsonElement>(
            new Uri(emulator.Ready.GetProperty("http").GetString() + "/meter"));
        var counts = meter.GetProperty("queues").EnumerateArray()
            .Single(item => item.GetProperty("address").GetString() == queue);
        return counts.GetProperty("available").GetInt32() + counts.GetProperty("locked").GetInt32();
    }

    private static async Task<RequestClient> ManageRulesAsync(EmulatorProcess emulator) =>
        new(await ProcessTests.OpenAsync(emulator), "events/Subscriptions/all/$management");

    private static async Task SetStateAsync(Session session, byte[] state)
    {
        await ManagementTests.AcceptAsync(session, "s", "sessions");
        var answer = await new RequestClient(session, "sessions/$management").ManageAsync(
            "com.microsoft:set-session-state", new Map { { "session-id", "s" }, { "session-state", state } });
        Assert.Equal(200, answer.ApplicationProperties["statusCode"]);
    }

    private static async Task<byte[]> GetStateAsync(Session session)
    {
        await ManagementTests.AcceptAsync(session, "s", "sessions");
        var answer = await new RequestClient(session, "sessions/$management").ManageAsync(
            "com.microsoft:get-session-state", new Map { { "session-id", "s" } });
        return (byte[])((Map)answer.Body)["session-state"];
    }
}

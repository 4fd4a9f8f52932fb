using System.Net.Http.Json;
using System.Text.Json;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

public sealed class ProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("servicebus-emulator-");

    private string Data => Path.Combine(_folder.FullName, "data");

    private static string Config => RepositoryRoot.Combine("tests", "sdk-acceptance", "servicebus", "config.json");

    [Fact]
    public async Task The_ready_line_names_every_port_and_a_connection_string()
    {
        await using var emulator = await EmulatorProcess.StartAsync(Arguments());

        Assert.Equal("servicebus-emulator", emulator.Ready.GetProperty("ready").GetString());
        Assert.Equal(
            $"Endpoint=sb://127.0.0.1:{emulator.Port};SharedAccessKeyName=RootManageSharedAccessKey;"
            + "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;",
            emulator.Ready.GetProperty("connectionString").GetString());
        using var http = new HttpClient();
        var health = await http.GetStringAsync(new Uri(emulator.Ready.GetProperty("http").GetString() + "/health"));
        Assert.Contains("healthy", health, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_ends_the_process_cleanly_and_keeps_what_it_held()
    {
        await using (var emulator = await EmulatorProcess.StartAsync(Arguments()))
        {
            var sender = new SenderLink(await OpenAsync(emulator), "s", "plain");
            await sender.SendAsync(EmulatorFixture.Text("kept"), EmulatorFixture.Patience);

            Assert.Equal(0, await emulator.TerminateAsync());
        }

        await using var again = await EmulatorProcess.StartAsync(Arguments());
        var receiver = new ReceiverLink(await OpenAsync(again), "r", "plain");
        var message = await receiver.ReceiveAsync(EmulatorFixture.Patience);
        Assert.Equal("kept", message.Properties.MessageId);
    }

    [Fact]
    public async Task It_ends_with_its_parent_when_asked_to()
    {
        await using var emulator = await EmulatorProcess.StartAsync([.. Arguments(), "--exit-with-parent"]);

        Assert.Equal(0, await emulator.CloseInputAsync());
    }

    [Fact]
    public async Task A_configuration_that_is_wrong_stops_the_start_with_one_line()
    {
        var config = Path.Combine(_folder.FullName, "config.json");
        await File.WriteAllTextAsync(config, """{"UserConfig":{"Namespaces":[{"Name":"n","Cheese":1}]}}""");

        var (exitCode, output, errors) = await EmulatorProcess.RunToEndAsync("--config", config, "--port", "0");

        Assert.NotEqual(0, exitCode);
        Assert.Empty(output);
        Assert.Contains("Cheese", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("--port", "70000")]
    [InlineData("--port", "x")]
    [InlineData("--cheese", "1")]
    public async Task Options_that_make_no_sense_are_named(string option, string value)
    {
        var (exitCode, _, errors) = await EmulatorProcess.RunToEndAsync("--config", Config, option, value);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(option == "--port" ? value : option, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"explode"}""", "rule.kind is explode")]
    [InlineData("""{"rules":[{"kind":"serverBusy","rate":7}]}""", "rules[0].rate is 7; 0 to 1 is allowed")]
    public async Task Fault_rules_that_cannot_be_used_stop_the_start_with_one_line(string rules, string problem)
    {
        var file = Path.Combine(_folder.FullName, "faults.json");
        await File.WriteAllTextAsync(file, rules);

        var (exitCode, output, errors) = await EmulatorProcess.RunToEndAsync(
            "--config", Config, "--port", "0", "--faults", file);

        Assert.NotEqual(0, exitCode);
        Assert.Empty(output);
        Assert.Contains(problem, Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    [Feature("Not in Azure", FaultTests.Rules, Support = FeatureSupport.Different, Note = FaultCommands.Note)]
    public async Task Fault_rules_of_a_file_are_in_force_from_the_start()
    {
        var file = Path.Combine(_folder.FullName, "faults.json");
        await File.WriteAllTextAsync(file, """{"kind":"serverBusy","target":{"operation":"send"},"count":1}""");
        await using var emulator = await EmulatorProcess.StartAsync([.. Arguments(), "--faults", file]);
        var sender = new SenderLink(await OpenAsync(emulator), "s", "plain");

        var refusal = await Assert.ThrowsAsync<AmqpException>(
            () => sender.SendAsync(EmulatorFixture.Text("first"), EmulatorFixture.Patience));
        await sender.SendAsync(EmulatorFixture.Text("second"), EmulatorFixture.Patience);

        Assert.Equal("com.microsoft:server-busy", (string)refusal.Error.Condition);
    }

    [Fact]
    public async Task A_port_in_use_stops_the_start_with_one_line()
    {
        await using var first = await EmulatorProcess.StartAsync("--config", Config, "--port", "0", "--json");

        var (exitCode, _, errors) = await EmulatorProcess.RunToEndAsync("--config", Config, "--port", $"{first.Port}");

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"{first.Port}", errors, StringComparison.Ordinal);
    }

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
                var sender = new SenderLink(await OpenAsync(emulator), $"s{number}", "plain");
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
            var session = await OpenAsync(emulator);
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
        Assert.Equal([1, 2, 3], await GetStateAsync(await OpenAsync(again)));
    }

    [Fact]
    public async Task A_queue_that_is_configured_for_100_MB_takes_them_with_the_default_limits()
    {
        var config = Path.Combine(_folder.FullName, "large.json");
        await File.WriteAllTextAsync(config, """
            {"UserConfig":{"Namespaces":[{"Name":"n","Queues":[
              {"Name":"plain","Properties":{"MaxMessageSizeInKilobytes":102400}}]}]}}
            """);
        await using var emulator = await EmulatorProcess.StartAsync(
            "--config", config, "--port", "0", "--data", Data, "--json");
        var body = new byte[99 * 1024 * 1024];
        body[^1] = 7;
        var session = await OpenAsync(emulator);

        await new SenderLink(session, "s", "plain").SendAsync(
            new Message { BodySection = new Data { Binary = body } }, EmulatorFixture.Patience);

        var message = await new ReceiverLink(session, "r", "plain").ReceiveAsync(EmulatorFixture.Patience);
        var received = ((Data)message.BodySection).Binary;
        Assert.Equal((body.Length, 7), (received.Length, received[^1]));
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

    public void Dispose() => _folder.Delete(recursive: true);

    private string[] Arguments() =>
        ["--config", Config, "--port", "0", "--http-port", "0", "--data", Data, "--json"];

    internal static async Task<Session> OpenAsync(EmulatorProcess emulator)
    {
        var address = new Address(
            "127.0.0.1", emulator.Port, "RootManageSharedAccessKey", "SAS_KEY_VALUE", "/", "amqp");
        return new Session(await new ConnectionFactory().CreateAsync(address));
    }

    private static async Task<RequestClient> ManageRulesAsync(EmulatorProcess emulator) =>
        new(await OpenAsync(emulator), "events/Subscriptions/all/$management");

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
        var receiver = new ReceiverLink(await OpenAsync(emulator), "r", attach, null);
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
}

using Amqp;
using Amqp.Framing;
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
        Assert.Contains($"{first.Port}", Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
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

    public void Dispose() => _folder.Delete(recursive: true);

    private string[] Arguments() =>
        ["--config", Config, "--port", "0", "--http-port", "0", "--data", Data, "--json"];

    internal static async Task<Session> OpenAsync(EmulatorProcess emulator)
    {
        var address = new Address(
            "127.0.0.1", emulator.Port, "RootManageSharedAccessKey", "SAS_KEY_VALUE", "/", "amqp");
        return new Session(await new ConnectionFactory().CreateAsync(address));
    }
}

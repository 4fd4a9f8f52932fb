namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>Timers: schedules from settings, runs at the start, one process for each timer, missed occurrences.</summary>
public sealed class TimerTriggerTests : IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("timers");

    public void Dispose() => _state.Delete(recursive: true);

    [Fact]
    public async Task A_timer_runs_on_the_schedule_of_a_setting()
    {
        await using var app = await SampleApp.StartAsync(
            SampleApp.Enabled("Tick"), ("TickSchedule", "* * * * * *"));

        Assert.Equal("unmonitored", await app.NextAsync("tick"));
        Assert.Equal("unmonitored", await app.NextAsync("tick"));
    }

    [Fact]
    public async Task A_timer_that_wants_it_runs_once_at_the_start()
    {
        await using var app = await SampleApp.StartAsync(SampleApp.Enabled("Yearly"));

        Assert.Equal("False True", await app.NextAsync("yearly"));
    }

    [Fact]
    public async Task Of_the_processes_that_share_a_state_one_runs_the_timer_until_it_ends()
    {
        (string, string?)[] settings =
        [
            SampleApp.Enabled("Yearly"),
            ("FUNCTIONS_STANDIN_STATE_DIRECTORY", _state.FullName),
            ("Logging__LogLevel__Default", "Debug"),
        ];
        await using var owner = await SampleApp.StartAsync(settings);
        await owner.NextAsync("yearly");
        await using var other = await SampleApp.StartAsync(settings);
        await other.WaitForErrorAsync("The timer of Yearly runs in another process.");

        await owner.KillAsync();

        Assert.Equal("False True", await other.NextAsync("yearly"));
    }

    [Fact]
    public async Task What_was_missed_runs_once_after_the_start_and_says_so()
    {
        var status = """{"Last":"2020-01-01T00:00:00","Next":"2021-01-01T00:00:00","LastUpdated":"2020-01-01T00:00:00"}""";
        await File.WriteAllTextAsync(Path.Combine(_state.FullName, "timer-Yearly.json"), status);

        await using var app = await SampleApp.StartAsync(
            SampleApp.Enabled("Yearly"), ("FUNCTIONS_STANDIN_STATE_DIRECTORY", _state.FullName));

        Assert.Equal("True True", await app.NextAsync("yearly"));
    }
}

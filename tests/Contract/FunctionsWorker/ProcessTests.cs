using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>The process around the functions: how it says that it is ready, how it drains, how it ends.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Standard_output_carries_the_ready_line_only_and_logs_go_to_the_error_output()
    {
        await using var app = await SampleApp.StartAsync(("Logging__LogLevel__Default", "Debug"));
        using var response = await app.Http.GetAsync("prefix/nothing");

        var line = Assert.Single(app.OutputUntilReady);

        using var ready = JsonDocument.Parse(line);
        Assert.Equal("functions", ready.RootElement.GetProperty("ready").GetString());
        Assert.StartsWith("http://127.0.0.1:", ready.RootElement.GetProperty("http").GetString());
        Assert.Contains("nothing", app.Errors);
    }

    /// <summary>Processor time, since the wall clock of a shared machine says nothing.</summary>
    [Fact]
    public async Task A_start_costs_well_below_a_second()
    {
        await using var app = await SampleApp.StartAsync();

        Assert.InRange(app.ProcessorTime, TimeSpan.Zero, TimeSpan.FromMilliseconds(800));
    }

    [Fact]
    public async Task The_process_ends_when_its_input_closes()
    {
        await using var app = await SampleApp.StartAsync();

        app.CloseInput();
        await app.WaitForExitAsync();

        Assert.Equal(0, app.ExitCode);
    }

    [Fact]
    public async Task On_SIGTERM_the_app_is_told_and_what_runs_may_finish_with_its_token_left_alone()
    {
        await using var app = await SampleApp.StartAsync();
        var call = app.Http.GetStringAsync("prefix/slow/gate");
        await app.NextAsync("slow-begun");

        app.Terminate();
        await app.NextAsync("stopping");
        await app.OpenGateAsync("gate");

        Assert.Equal("done", await call);
        await app.WaitForExitAsync();
        Assert.Equal(0, app.ExitCode);
    }

    [Fact]
    public async Task What_outlives_the_drain_window_fails()
    {
        await using var app = await SampleApp.StartAsync(("FUNCTIONS_STANDIN_DRAIN_SECONDS", "0"));
        var call = app.Http.GetAsync("prefix/slow/never");
        await app.NextAsync("slow-begun");

        app.Terminate();

        using var response = await call;
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        await app.WaitForExitAsync();
    }

    [Fact]
    public async Task A_drain_can_be_asked_for_and_watched()
    {
        await using var app = await SampleApp.StartAsync();
        var call = app.Http.GetStringAsync("prefix/slow/gate");
        await app.NextAsync("slow-begun");
        using var before = await app.Http.GetAsync("admin/host/ping");

        using var stranger = await app.Http.PostAsync("admin/host/drain", null);
        using var accepted = await app.Http.PostAsync($"admin/host/drain?code={SampleApp.MasterKey}", null);
        using var after = await app.Http.GetAsync("admin/host/ping");
        var during = await StateAsync(app);
        await app.OpenGateAsync("gate");
        await call;

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, after.StatusCode);
        Assert.Equal("InProgress", during);
        Assert.True(after.Headers.ConnectionClose);
    }

    [Theory]
    [InlineData("Hub", null, "'%Hub%' does not resolve to a value.")]
    [InlineData("WebPubSub", null, "The Web PubSub connection 'WebPubSub' is not among the app settings.")]
    [InlineData("FUNCTIONS_HTTP_PORT", "many", "FUNCTIONS_HTTP_PORT is 'many'; it takes a number from 0 to 65535.")]
    [InlineData("AzureWebJobs_OfQueue_Disabled", "false", "'%PlainQueue%' does not resolve to a value.")]
    public async Task A_setting_that_is_missing_or_wrong_fails_the_start_and_is_named(
        string name, string? value, string message)
    {
        var (exitCode, errors) = await SampleApp.RunToEndAsync((name, value));

        Assert.NotEqual(0, exitCode);
        Assert.Contains(message, errors);
    }

    private static async Task<string?> StateAsync(SampleApp app)
    {
        var status = await app.Http.GetFromJsonAsync<JsonElement>($"admin/host/drain/status?code={SampleApp.MasterKey}");
        return status.GetProperty("state").GetString();
    }
}

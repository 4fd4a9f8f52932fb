using System.Net;
using ServerlessGateway.Deployment;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Hooks;

public sealed class DeploymentCheckTests : IDisposable
{
    private const string Listed = """["func-golden/NegotiateFunction", "func-golden/Sequencer"]""";

    private readonly FakeTools _tools = new FakeTools().On("az functionapp function list", Listed);
    private readonly FakeApp _app = new();
    private readonly StringWriter _console = new();
    private readonly List<TimeSpan> _pauses = [];

    [Fact]
    public async Task A_good_deployment_passes_and_ends_with_its_address_and_what_to_try()
    {
        Assert.True(await RunAsync());

        var text = _console.ToString();
        foreach (var line in new[]
        {
            "ok      the app is alive", "ok      the app reaches its store", "ok      consents to callbacks of alpha (alpha.example.com)",
            "ok      consents to callbacks of beta (beta.example.com)", "ok      refuses a stranger at the route of beta",
            "ok      refuses a callback without a token of alpha", "ok      refuses to negotiate without a token",
            "export GATEWAY=https://func-golden.azurewebsites.net", "GATEWAY_CHECK_TOKEN=TOKEN dotnet run --project infra/hooks -- check",
        })
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }

        var lines = text[text.IndexOf("  export GATEWAY=", StringComparison.Ordinal)..].TrimEnd().Split('\n');
        Assert.Equal(10, lines.Length);
        Assert.Empty(_pauses);
        Assert.DoesNotContain("FAILED", text, StringComparison.Ordinal);
    }

    /// <summary>A shell that splits no variable into words, as that of macOS, gives the same arguments.</summary>
    [Fact]
    public async Task What_to_try_runs_in_the_shells_that_there_are()
    {
        if (OperatingSystem.IsWindows())
        {
            // The lines are for a shell of the other systems, and it is not always there.
            return;
        }

        Assert.True(await RunAsync());
        var text = _console.ToString();
        var lines = text[text.IndexOf("  export GATEWAY=", StringComparison.Ordinal)..].TrimEnd().Split('\n')
            .Select(line => line.Trim()).Where(line => !line.StartsWith("curl ", StringComparison.Ordinal));

        var result = await ChildProcess.RunAsync(
            "sh", ["-c", $"IFS=''; dotnet() {{ printf '[%s]' \"$@\"; echo; }}\n{string.Join('\n', lines)}"],
            RepositoryRoot.Path, null, TimeSpan.FromMinutes(1));

        Assert.True(result.ExitCode == 0, result.Error);
        const string Options = "[--endpoint][https://func-golden.azurewebsites.net][--token][...]";
        Assert.Equal(
            [
                $$"""[run][--project][tools/gateway][--][publish][orders:1][{"hello":"world"}]{{Options}}""",
                $"[run][--project][tools/gateway][--][publish][orders:1]{Options}",
                $"[run][--project][tools/gateway][--][tail][orders:1][--since][beginning][--count][101]{Options}",
                $"[run][--project][tools/gateway][--][tail][orders:1][--json]{Options}",
            ],
            result.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task An_app_that_starts_slowly_and_roles_that_are_not_known_yet_are_waited_for()
    {
        _app.Health = new(Enumerable.Repeat(503, 3));
        _app.Ready = new(Enumerable.Repeat(503, 5));

        Assert.True(await RunAsync());

        Assert.Equal(Enumerable.Repeat(DeploymentCheck.Pause, 8), _pauses);
    }

    [Theory]
    [InlineData("""["func-golden/WarmUp"]""")]
    [InlineData("[]")]
    public async Task An_app_that_lists_only_warm_up_is_refreshed_as_the_portal_does(string functions)
    {
        _tools.On("az functionapp function list", functions);
        _app.Health = new(Enumerable.Repeat(404, DeploymentCheck.Attempts));

        Assert.True(await RunAsync());

        Assert.Contains(
            "az rest --method post --url https://management.azure.com/subscriptions/s/app/syncfunctiontriggers?api-version=2025-03-01",
            _tools.Commands);
    }

    [Fact]
    public async Task An_app_that_lists_only_warm_up_for_good_is_told_from_one_that_crashes()
    {
        _tools.On("az functionapp function list", """["func-golden/WarmUp"]""");
        _app.Health = new(Enumerable.Repeat(404, 2 * DeploymentCheck.Attempts));

        Assert.False(await RunAsync());

        Assert.Contains("functions-host #10169", _console.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("GATEWAY_USE_PLACEHOLDER", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_whose_functions_are_listed_but_that_does_not_answer_crashes_at_its_start()
    {
        _app.Health = new(Enumerable.Repeat(503, DeploymentCheck.Attempts));

        Assert.False(await RunAsync());

        Assert.Contains("azd env set GATEWAY_USE_PLACEHOLDER false", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "az functionapp function list --resource-group rg-golden --name func-golden --query [].name --output json --subscription s",
            _tools.Commands);
        Assert.DoesNotContain(_tools.Commands, command => command.Contains("syncfunctiontriggers", StringComparison.Ordinal));
        Assert.DoesNotContain("export GATEWAY", _console.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("consents", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_signed_in_account_the_check_says_what_it_could_not_find_out()
    {
        _tools.On("az functionapp function list", exitCode: 1, error: "Please run 'az login'");
        _app.Health = new(Enumerable.Repeat(503, DeploymentCheck.Attempts));

        Assert.False(await RunAsync());

        Assert.Contains("sign in with `az login`", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_does_not_reach_its_store_fails_with_what_the_app_says()
    {
        _app.Ready = new(Enumerable.Repeat(503, DeploymentCheck.Attempts));

        Assert.False(await RunAsync());

        Assert.Contains("FAILED  the app reaches its store: 503 store: RequestFailedException", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("may lack a role", _console.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("consent", "FAILED  consents to callbacks of alpha")]
    [InlineData("stranger", "FAILED  refuses a stranger at the route of alpha")]
    [InlineData("callback", "FAILED  refuses a callback without a token of alpha")]
    [InlineData("negotiate", "FAILED  refuses to negotiate without a token")]
    public async Task A_door_that_stands_wrong_fails(string door, string line)
    {
        _app.WrongDoor = door;

        Assert.False(await RunAsync());

        Assert.Contains(line, _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("does not work yet", _console.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("alpha,beta")]
    [InlineData("[]")]
    public async Task Before_anything_was_provisioned_the_check_says_so(string instances)
    {
        var failure = await Assert.ThrowsAsync<DeploymentException>(() => RunAsync(instances));

        Assert.Contains("azd provision", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _app.Dispose();
        _console.Dispose();
    }

    private async Task<bool> RunAsync(string? instances = null)
    {
        var environment = new DeploymentEnvironment(new Dictionary<string, string>
        {
            ["GATEWAY_ENDPOINT"] = "https://func-golden.azurewebsites.net",
            ["GATEWAY_INSTANCES"] = instances ?? """
                [{"name":"alpha","resource":"wps-alpha","host":"alpha.example.com"},{"name":"beta","resource":"wps-beta","host":"beta.example.com"}]
                """,
            ["AZURE_FUNCTION_ID"] = "/subscriptions/s/app",
            ["AZURE_FUNCTION_NAME"] = "func-golden",
            ["AZURE_RESOURCE_GROUP"] = "rg-golden",
            ["AZURE_SUBSCRIPTION_ID"] = "s",
        }.GetValueOrDefault);
        using var http = new HttpClient(_app, disposeHandler: false);
        return await new DeploymentCheck(environment, _tools, http, PauseAsync, _console).RunAsync(default);
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        _pauses.Add(pause);
        return Task.CompletedTask;
    }

    /// <summary>An app as it answers from outside; the queues are what it answers before it answers well.</summary>
    private sealed class FakeApp : HttpMessageHandler
    {
        public Queue<int> Health { get; set; } = [];

        public Queue<int> Ready { get; set; } = [];

        public string? WrongDoor { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            return Task.FromResult((request.Method.Method, path) switch
            {
                ("GET", "/api/health") => Answer(Health.TryDequeue(out var health) ? health : 200, ""),
                ("GET", "/api/ready") => Ready.TryDequeue(out var ready) ? Answer(ready, "store: RequestFailedException") : Answer(200, ""),
                ("OPTIONS", _) => Consent(path.Split('/')[^1], request.Headers.GetValues("WebHook-Request-Origin").Single()),
                ("POST", "/api/negotiate") => Answer(WrongDoor == "negotiate" ? 200 : 401, ""),
                ("POST", _) => Answer(WrongDoor == "callback" ? 200 : 401, ""),
                _ => Answer(404, ""),
            });
        }

        private HttpResponseMessage Consent(string instance, string origin)
        {
            var isWanted = origin == $"{instance}.example.com";
            var answer = Answer(isWanted || WrongDoor == "stranger" ? 200 : 401, "");
            if (isWanted && WrongDoor != "consent")
            {
                answer.Headers.Add("WebHook-Allowed-Origin", origin);
            }

            return answer;
        }

        private static HttpResponseMessage Answer(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body) };
    }
}

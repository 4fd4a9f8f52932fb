using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServerlessGateway.Infrastructure.Tests.Azd;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Workflows;

/// <summary>A dry look at the workflows: what they use is pinned and known, what they may is the least, and what they call is there.</summary>
public sealed partial class WorkflowTests
{
    /// <summary>What a workflow may contain; a key that is misspelt is passed over by GitHub without a word.</summary>
    private static readonly string[] WorkflowKeys = ["name", "on", "concurrency", "permissions", "env", "jobs"];
    private static readonly string[] JobKeys = ["name", "needs", "runs-on", "strategy", "timeout-minutes", "permissions", "env", "steps"];
    private static readonly string[] StepKeys = ["name", "uses", "with", "run", "env"];

    public static TheoryData<string> Files => [.. Directory
        .GetFiles(RepositoryRoot.Combine(".github", "workflows")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_action_is_pinned_to_the_commit_of_its_version(string file)
    {
        var known = JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("tests", "Infrastructure", "Data", "actions.json")))!.AsObject();
        var uses = Uses().Matches(Text(file));

        Assert.NotEmpty(uses);
        Assert.Equal(Steps(file).Count(step => step["uses"] is not null), uses.Count);
        Assert.All(uses, match => Assert.Equal(
            (match.Groups["action"].Value, match.Groups["commit"].Value, match.Groups["version"].Value),
            (match.Groups["action"].Value, (string?)known[match.Groups["action"].Value]?["commit"], (string?)known[match.Groups["action"].Value]?["version"])));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_workflow_may_read_and_a_job_more_only_where_it_is_listed(string file)
    {
        Dictionary<string, string> more = new()
        {
            ["release.yml/packages"] = """{"contents":"read","id-token":"write","attestations":"write"}""",
            ["release.yml/release"] = """{"contents":"write"}""",
        };
        var workflow = Yaml.Read(".github", "workflows", file);

        Assert.Equal("""{"contents":"read"}""", workflow["permissions"]?.ToJsonString());
        Assert.All(workflow["jobs"]!.AsObject(), job =>
            Assert.Equal(more.GetValueOrDefault($"{file}/{job.Key}"), job.Value!["permissions"]?.ToJsonString()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_checkout_leaves_no_credentials_behind(string file) => Assert.All(
        Steps(file).Where(step => ((string?)step["uses"])?.StartsWith("actions/checkout@", StringComparison.Ordinal) == true),
        step => Assert.Equal("false", step["with"]?["persist-credentials"]?.ToJsonString()));

    [Theory]
    [MemberData(nameof(Files))]
    public void No_text_of_strangers_gets_into_a_script(string file)
    {
        // An expression in a script is pasted in before the shell reads it; by the environment it stays a value.
        Assert.All(Steps(file).Select(step => (string?)step["run"]).OfType<string>(), run => Assert.DoesNotContain("${{", run, StringComparison.Ordinal));
        Assert.DoesNotContain("pull_request_target", Text(file), StringComparison.Ordinal);
        Assert.DoesNotContain("secrets.", Text(file), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Keys_are_those_that_there_are_and_jobs_wait_for_jobs_that_exist_and_end(string file)
    {
        var workflow = Yaml.Read(".github", "workflows", file).AsObject();
        var jobs = workflow["jobs"]!.AsObject();

        Assert.Empty(workflow.Select(member => member.Key).Except(WorkflowKeys));
        Assert.All(jobs, job =>
        {
            Assert.Empty(job.Value!.AsObject().Select(member => member.Key).Except(JobKeys));
            Assert.InRange((long)job.Value["timeout-minutes"]!, 1, 60);
            var needs = job.Value["needs"] switch
            {
                JsonArray several => several.Select(one => (string)one!),
                { } one => [(string)one!],
                null => [],
            };
            Assert.Empty(needs.Except(jobs.Select(other => other.Key)));
            Assert.DoesNotContain("latest", job.Value["runs-on"]!.ToJsonString(), StringComparison.Ordinal);
        });
        Assert.All(Steps(file), step =>
        {
            Assert.Empty(step.Select(member => member.Key).Except(StepKeys));
            Assert.True(step.ContainsKey("uses") != step.ContainsKey("run"));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_a_script_names_is_in_the_repository(string file)
    {
        var named = Steps(file).Select(step => (string?)step["run"]).OfType<string>().SelectMany(run => Paths().Matches(run))
            .Select(match => match.Value).Distinct().ToList();

        Assert.All(named, path => Assert.True(Path.Exists(RepositoryRoot.Combine(path.Split('/'))), $"{file} names {path}."));
        Assert.All(named.Where(path => path is ".ci/run" or ".github/pack"), path =>
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(RepositoryRoot.Combine(path.Split('/'))).HasFlag(UnixFileMode.UserExecute)));
    }

    [Fact]
    public void Everything_runs_on_linux_and_the_rest_where_it_is_promised()
    {
        var jobs = Yaml.Read(".github", "workflows", "ci.yml")["jobs"]!;

        Assert.Contains(jobs["linux"]!["steps"]!.AsArray(), step => (string?)step!["run"] == ".ci/run");
        Assert.Equal("""["macos-15","windows-2025"]""", jobs["others"]!["strategy"]!["matrix"]!["os"]!.ToJsonString());
        Assert.Equal(
            ["dotnet build Serverless.sln", "dotnet test tests/Unit --no-build", "dotnet test tests/Contract --no-build"],
            jobs["others"]!["steps"]!.AsArray().Select(step => (string?)step!["run"]).OfType<string>());
        Assert.All((string[])["official", "packages"], job => Assert.Equal("official", (string?)jobs[job]!["env"]!["AzureSdk"]));
        Assert.Contains(jobs["bicep"]!["steps"]!.AsArray(), step => (string?)step!["run"] == "dotnet test tests/Infrastructure");
    }

    [Fact]
    public void What_is_released_was_checked_and_attested_first()
    {
        var release = Yaml.Read(".github", "workflows", "release.yml");
        var jobs = release["jobs"]!;
        var packages = jobs["packages"]!["steps"]!.AsArray().Select(step => (string?)step!["uses"] ?? (string?)step["run"]).ToList();

        Assert.Equal("""{"push":{"tags":["v[0-9]+.[0-9]+.[0-9]+*"]}}""", release["on"]!.ToJsonString(Unescaped));
        Assert.Equal(("check", "packages"), ((string?)jobs["packages"]!["needs"], (string?)jobs["release"]!["needs"]));
        var (pack, attest, upload) = (
            packages.FindIndex(step => step!.Contains(".github/pack", StringComparison.Ordinal)),
            packages.FindIndex(step => step!.StartsWith("actions/attest-build-provenance@", StringComparison.Ordinal)),
            packages.FindIndex(step => step!.StartsWith("actions/upload-artifact@", StringComparison.Ordinal)));
        Assert.True(pack >= 0 && pack < attest && attest < upload, $"pack {pack}, attest {attest}, upload {upload}");
    }

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Text(string file) => File.ReadAllText(RepositoryRoot.Combine(".github", "workflows", file));

    private static List<JsonObject> Steps(string file) => [.. Yaml.Read(".github", "workflows", file)["jobs"]!.AsObject()
        .SelectMany(job => job.Value!["steps"]!.AsArray()).Select(step => step!.AsObject())];

    [GeneratedRegex("uses: (?<action>[A-Za-z0-9_./-]+)@(?<commit>[0-9a-f]{40}) # (?<version>v[0-9.]+)")]
    private static partial Regex Uses();

    [GeneratedRegex(@"(?<![\w/.])(\.ci|\.github|tests|functions|clients|infra|tools)(/[\w.-]+)*(?![\w/])|Serverless\.sln")]
    private static partial Regex Paths();
}

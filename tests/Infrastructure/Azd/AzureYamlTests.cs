using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServerlessGateway.Infrastructure.Tests.Bicep;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Azd;

/// <summary>azure.yaml is what azd's public schema wants, and what it names is there.</summary>
public sealed class AzureYamlTests
{
    private static readonly JsonSchema Schema = new(JsonNode.Parse(
        File.ReadAllText(RepositoryRoot.Combine("tests", "Infrastructure", "Schemas", "azure.yaml.schema.json")))!);

    private static JsonNode Document => Yaml.Read("azure.yaml");

    [Fact]
    public void It_is_valid_by_the_public_schema() => Assert.Empty(Schema.Validate(Document));

    [Theory]
    [InlineData("name: serverless-gateway", "name: Serverless Gateway", "$.name: 'Serverless Gateway' does not match")]
    [InlineData("  provider: bicep", "  provider: 5", "$.infra.provider: is integer, must be \"string\"")]
    [InlineData("    host: function", "    hosts: function", "$.services.gateway: 'host' is missing")]
    [InlineData("    host: function", "    host: function\n    env: {}", "$.services.gateway.env: must not be there")]
    [InlineData("  postdeploy:", "  postdeployed:", "$.hooks.postdeployed: must not be there")]
    [InlineData("shell: pwsh", "shell: cmd", "$.hooks.preprovision: none of the alternatives holds")]
    [InlineData("services:", "service:", "$.service: must not be there")]
    public void A_mistake_is_found(string old, string @new, string error)
    {
        var text = File.ReadAllText(RepositoryRoot.Combine("azure.yaml"));
        Assert.Contains(old, text, StringComparison.Ordinal);

        var errors = Schema.Validate(Yaml.Parse(new Regex(Regex.Escape(old)).Replace(text, @new, count: 1)));

        Assert.Contains(errors, found => found.StartsWith(error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_service_is_the_app_that_bicep_tags()
    {
        var services = Document["services"]!.AsObject();
        var site = (await Snapshot.OfAsync("small")).Of("Microsoft.Web/sites").Single();

        Assert.Equal(services.Single().Key, (string?)site["tags"]!["azd-service-name"]);
        Assert.True(File.Exists(RepositoryRoot.Combine((string)services.Single().Value!["project"]!, "ServerlessGateway.Functions.csproj")));
        Assert.True(File.Exists(RepositoryRoot.Combine((string)Document["infra"]!["path"]!, $"{Document["infra"]!["module"]}.bicep")));
    }

    /// <summary>
    /// Versions of azd that do not know a plan from an app refuse to deploy where two resources have the tag.
    /// Source: https://github.com/Azure/azure-dev/blob/main/cli/azd/pkg/project/resource_manager.go
    /// </summary>
    [Theory]
    [InlineData("small")]
    [InlineData("production")]
    [InlineData("private")]
    public async Task One_resource_only_is_tagged_as_the_service(string profile)
    {
        var tagged = (await Snapshot.OfAsync(profile)).Resources.Where(resource => resource["tags"]?["azd-service-name"] is not null);

        Assert.Equal("Microsoft.Web/sites", (string?)Assert.Single(tagged)["type"]);
    }

    /// <summary>
    /// azd does this to the project of every .NET service before anything else: a file that it changes is in the way of
    /// the next <c>git pull</c> or <c>git checkout TAG</c>.
    /// Source: https://github.com/Azure/azure-dev/blob/main/cli/azd/pkg/project/framework_service_dotnet.go
    /// </summary>
    [Fact]
    public async Task Azd_finds_nothing_to_write_into_the_project()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-secrets-");
        try
        {
            var project = RepositoryRoot.Combine("functions", "ServerlessGateway.Functions.csproj");
            var copy = Path.Combine(folder.FullName, Path.GetFileName(project));
            File.Copy(project, copy);

            var result = await ChildProcess.RunAsync(
                "dotnet", ["user-secrets", "init", "--project", copy], folder.FullName, null, TimeSpan.FromMinutes(2));

            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            Assert.Equal(await File.ReadAllTextAsync(project), await File.ReadAllTextAsync(copy));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_hook_is_a_command_that_there_is_and_the_same_on_both_kinds_of_systems()
    {
        var program = File.ReadAllText(RepositoryRoot.Combine("infra", "hooks", "Program.cs"));

        Assert.All(Document["hooks"]!.AsObject(), hook =>
        {
            var run = (string)hook.Value!["posix"]!["run"]!;
            Assert.Equal(("sh", "pwsh", run), (
                (string)hook.Value["posix"]!["shell"]!, (string)hook.Value["windows"]!["shell"]!, (string)hook.Value["windows"]!["run"]!));
            var command = Regex.Match(run, "^dotnet run --project infra/hooks -- ([a-z]+)$").Groups[1].Value;
            Assert.Contains($"case [\"{command}\"]:", program, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_output_is_in_the_form_of_azds_variables_and_the_hooks_read_no_other()
    {
        var outputs = Regex.Matches(File.ReadAllText(RepositoryRoot.Combine("infra", "main.bicep")), "(?m)^output ([A-Za-z_]+) ")
            .Select(match => match.Groups[1].Value).ToList();
        var read = Directory.GetFiles(RepositoryRoot.Combine("infra", "hooks"), "*.cs")
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), "Output\\(\"([A-Z_]+)\"\\)"))
            .Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.All(outputs, output => Assert.Matches("^(AZURE|GATEWAY)_[A-Z_]+$", output));
        Assert.NotEmpty(read);
        Assert.Empty(read.Except(outputs));
    }
}

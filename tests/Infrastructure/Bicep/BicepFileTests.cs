using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Bicep;

/// <summary>The compiler and its linter have nothing to say, and every file is formatted as they would.</summary>
public sealed class BicepFileTests
{
    [Fact]
    public async Task Compiler_and_linter_have_nothing_to_say()
    {
        using var folder = new BicepFolder();

        // The parameters refer to the template, and that to every module.
        var lint = await folder.RunAsync(null, "lint", "main.bicepparam");

        Assert.Equal((0, "", ""), (lint.ExitCode, lint.Output.Trim(), lint.Error.Trim()));
    }

    [Fact]
    public async Task Every_file_is_formatted_and_reached_from_the_template()
    {
        using var folder = new BicepFolder();

        var format = await folder.RunAsync(null, "format", "--pattern", "**/*.bicep*");

        Assert.Equal((0, ""), (format.ExitCode, format.Error.Trim()));
        Assert.All(BicepFolder.Files, file => Assert.Equal(
            (file, File.ReadAllText(RepositoryRoot.Combine("infra", file))), (file, File.ReadAllText(folder.Combine(file)))));
        var texts = string.Concat(BicepFolder.Files.Select(file => File.ReadAllText(folder.Combine(file))));
        Assert.All(
            BicepFolder.Files.Where(file => file != "main.bicepparam"),
            file => Assert.Contains(Path.GetFileName(file) + "'", texts, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_linter_says_what_is_wrong()
    {
        using var folder = new BicepFolder();
        await File.AppendAllTextAsync(folder.Combine("modules/storage.bicep"), "\nparam nobody string\n");

        var lint = await folder.RunAsync(null, "lint", "modules/storage.bicep");

        Assert.Contains("no-unused-params", lint.Output + lint.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_can_not_be_deployed_is_refused_with_all_that_is_wrong_before_anything_is_made()
    {
        using var folder = new BicepFolder();
        await EditProfileAsync(folder, "units: 0", "units: 1");
        await EditProfileAsync(folder, "privateNetwork: false", "privateNetwork: true");
        await EditProfileAsync(
            folder, "{ name: 'alpha', sku: 'Free_F1', units: 1 }",
            "{ name: 'alpha', sku: 'Free_F1', units: 2 }\n    { name: 'alpha', sku: 'Standard_S1', units: 1 }");

        var result = await Snapshot.RunAsync(folder, "small");

        Assert.NotEqual(0, result.ExitCode);
        foreach (var problem in new[]
        {
            "Standard has none", "only messaging.sku Premium has private endpoints", "Free_F1 has no private endpoint",
            "Free_F1 has exactly one unit", "each name may stand once",
        })
        {
            Assert.Contains(problem, result.Output + result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("sku: 'Standard', units: 0", "sku: 'Premium', units: 0", "Premium needs 1, 2, 4, 8 or 16")]
    [InlineData("sku: 'Free_F1', units: 1", "sku: 'Standard_S1', units: 15", "over 10 units go by tens")]
    [InlineData("name: 'alpha'", "name: 'Alpha'", "begins with a letter")]
    [InlineData("name: 'alpha'", "name: '1alpha'", "begins with a letter")]
    [InlineData("name: 'alpha'", "name: 'al_pha'", "begins with a letter")]
    [InlineData("name: 'alpha'", "name: 'shards'", "begins with a letter")]
    [InlineData("sku: 'Free_F1'", "sku: 'Basic'", "\"'Free_F1' | 'Premium_P1' | 'Standard_S1'\"")]
    public async Task A_value_that_the_platform_does_not_know_is_refused(string old, string @new, string message)
    {
        using var folder = new BicepFolder();
        await EditProfileAsync(folder, old, @new);

        var result = await Snapshot.RunAsync(folder, "small");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(message, result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_that_no_setting_can_name_is_refused_and_a_quote_stays_within_its_text()
    {
        using var folder = new BicepFolder();
        var path = folder.Combine("main.bicepparam");
        var text = await File.ReadAllTextAsync(path);

        await File.WriteAllTextAsync(path, text.Replace("{ name: 'orders', routeToBackends", "{ name: 'my-orders', routeToBackends", StringComparison.Ordinal));
        var refused = await Snapshot.RunAsync(folder, "small");
        await File.WriteAllTextAsync(path, text.Replace("namespaces: ['orders']", "namespaces: ['orders', 'o\\'clock']", StringComparison.Ordinal));
        var made = await Snapshot.RunAsync(folder, "small");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("letters, digits and '_'", refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.True(made.ExitCode == 0, made.Output + made.Error);
        var rule = Snapshot.Read(folder).Of("Microsoft.ServiceBus/namespaces/topics/subscriptions/rules").Single();
        Assert.Equal("namespace IN ('orders', 'o''clock')", (string?)rule["properties"]!["sqlFilter"]!["sqlExpression"]);
    }

    [Theory]
    [InlineData("GATEWAY_CALLBACK_AUDIENCE")]
    [InlineData("GATEWAY_TOKEN_AUTHORITY")]
    public async Task Parameters_do_not_compile_before_a_hook_or_a_person_has_set_what_is_needed(string name)
    {
        using var folder = new BicepFolder();

        // azd hands on what was unset as an empty text.
        var result = await folder.RunAsync(new Dictionary<string, string> { [name] = "" }, "build-params", "main.bicepparam", "--stdout");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Error BCP333", result.Output + result.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// An instance that is being changed refuses another change, so its hub and its link are not made side by side.
    /// Source: https://github.com/Azure/azure-rest-api-specs/issues/23986
    /// </summary>
    [Fact]
    public async Task The_parts_of_an_instance_are_made_one_after_the_other()
    {
        using var folder = new BicepFolder();

        var built = await folder.RunAsync(null, "build", "modules/web-pubsub-hubs.bicep", "--stdout");

        Assert.True(built.ExitCode == 0, built.Error);
        var links = JsonNode.Parse(built.Output)!["resources"]!["links"]!;
        Assert.Equal("Microsoft.SignalRService/webPubSub/sharedPrivateLinkResources", (string?)links["type"]);
        Assert.Contains("hubs", links["dependsOn"]!.AsArray().Select(on => (string)on!));
    }

    [Fact]
    public void The_readme_names_every_setting_of_the_parameters()
    {
        var readme = File.ReadAllText(RepositoryRoot.Combine("infra", "README.md"));
        var settings = Regex.Matches(File.ReadAllText(RepositoryRoot.Combine("infra", "main.bicepparam")), "'(GATEWAY_[A-Z_]+)'")
            .Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.Contains("GATEWAY_PROFILE", settings);
        Assert.All(settings, setting => Assert.Contains($"`{setting}`", readme, StringComparison.Ordinal));
    }

    /// <summary>Edits the first profile, which is the small one.</summary>
    private static async Task EditProfileAsync(BicepFolder folder, string old, string @new)
    {
        var path = folder.Combine("profiles.bicep");
        var text = await File.ReadAllTextAsync(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, new Regex(Regex.Escape(old)).Replace(text, @new, count: 1));
    }
}

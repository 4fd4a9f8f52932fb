using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServerlessGateway.Infrastructure.Tests.Bicep;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Settings;

/// <summary>There is no key anywhere: local authentication is off, and nothing that is a secret is read or put out.</summary>
public sealed partial class SecretTests
{
    public static TheoryData<string> Profiles => [.. Snapshot.Profiles];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Local_authentication_is_off_wherever_it_can_be(string profile)
    {
        var snapshot = await Snapshot.OfAsync(profile);

        AssertAll(snapshot, "Microsoft.SignalRService/webPubSub", "disableLocalAuth", true);
        AssertAll(snapshot, "Microsoft.ServiceBus/namespaces", "disableLocalAuth", true);
        AssertAll(snapshot, "Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", false);
        AssertAll(snapshot, "Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", false);
        AssertAll(snapshot, "Microsoft.Insights/components", "DisableLocalAuth", true);
        AssertAll(snapshot, "Microsoft.OperationalInsights/workspaces", "features.disableLocalAuth", true);
        AssertAll(snapshot, "Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", false);
        Assert.Equal(2, snapshot.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Count);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_callback_carries_a_token_and_a_client_without_one_is_refused(string profile)
    {
        var snapshot = await Snapshot.OfAsync(profile);
        var hubs = snapshot.Of("Microsoft.SignalRService/webPubSub/hubs");

        Assert.Equal(snapshot.Of("Microsoft.SignalRService/webPubSub").Count, hubs.Count);
        AssertAll(snapshot, "Microsoft.SignalRService/webPubSub/hubs", "anonymousConnectPolicy", "deny");
        AssertAll(snapshot, "Microsoft.SignalRService/webPubSub/hubs", "eventHandlers.0.auth.type", "ManagedIdentity");
        Assert.All(snapshot.Of("Microsoft.SignalRService/webPubSub"), resource =>
            Assert.Equal("SystemAssigned", (string?)resource["identity"]!["type"]));
        Assert.All(hubs, hub => Assert.DoesNotContain("code=", hub.ToJsonString(), StringComparison.Ordinal));
    }

    [Fact]
    public void No_template_reads_a_key() => Assert.All(BicepFolder.Files, file =>
        Assert.DoesNotMatch(ReadsKey(), File.ReadAllText(RepositoryRoot.Combine("infra", file))));

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task No_setting_holds_a_key_and_the_one_connection_string_is_an_address(string profile)
    {
        var settings = await DeployedSettings.OfAsync(profile);

        Assert.All(settings, setting => Assert.DoesNotMatch(HoldsKey(), setting.Value));
        // Application Insights takes nothing without a token, see above; the host reads where it is from this setting only.
        Assert.Equal(
            ["APPLICATIONINSIGHTS_CONNECTION_STRING"],
            settings.Keys.Where(name => name.Contains("ConnectionString", StringComparison.OrdinalIgnoreCase)
                || name.Contains("CONNECTION_STRING", StringComparison.Ordinal) || name.Contains("Key", StringComparison.Ordinal)));
        Assert.Equal("ClientId=44444444-4444-4444-4444-444444444444;Authorization=AAD", settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]);
    }

    [Fact]
    public void Outputs_are_names_and_addresses()
    {
        var outputs = BicepFolder.Files.SelectMany(file => File.ReadLines(RepositoryRoot.Combine("infra", file)))
            .Where(line => line.StartsWith("output ", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(outputs);
        Assert.All(outputs, output => Assert.DoesNotMatch("(?i)key|secret|connectionstring|password", output));
    }

    private static void AssertAll(Snapshot snapshot, string type, string property, JsonNode expected)
    {
        var resources = snapshot.Of(type);
        Assert.NotEmpty(resources);
        Assert.All(resources, resource =>
        {
            var value = property.Split('.').Aggregate(
                resource["properties"], (node, part) => int.TryParse(part, out var at) ? node?[at] : node?[part]);
            Assert.True(JsonNode.DeepEquals(expected, value), $"{resource["id"]}: {property} is {value?.ToJsonString() ?? "missing"}.");
        });
    }

    [GeneratedRegex("listKeys|listAccountSas|listServiceSas|listCredentials|listSecrets|list[A-Z][A-Za-z]*\\(")]
    private static partial Regex ReadsKey();

    [GeneratedRegex("AccountKey=|SharedAccessKey=|AccessKey=|SharedAccessSignature|sig=|Password=")]
    private static partial Regex HoldsKey();
}

using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServerlessGateway.Infrastructure.Tests.Bicep;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Infrastructure.Tests.Settings;

/// <summary>What the README says an idle deployment costs is what its resources cost: a profile that grows makes the table wrong.</summary>
public sealed partial class CostTests
{
    private static readonly JsonNode Prices = JsonNode.Parse(
        File.ReadAllText(RepositoryRoot.Combine("tests", "Infrastructure", "Data", "prices.json")))!;

    [Fact]
    public async Task The_sums_of_the_readme_are_those_of_the_resources()
    {
        var stated = Sums().Match(await File.ReadAllTextAsync(RepositoryRoot.Combine("infra", "README.md"))).Groups[1].Captures
            .Select(capture => int.Parse(capture.Value, CultureInfo.InvariantCulture));

        var counted = new List<int>();
        foreach (var profile in Snapshot.Profiles)
        {
            counted.Add((int)Math.Round(IdleMonth(await Snapshot.OfAsync(profile))));
        }

        Assert.Equal(counted, stated);
    }

    private static double IdleMonth(Snapshot snapshot)
    {
        var units = snapshot.Of("Microsoft.SignalRService/webPubSub").Sum(instance =>
            (int)instance["sku"]!["capacity"]! * Price("unitDay", (string)instance["sku"]!["name"]!));
        var ready = snapshot.Of("Microsoft.Web/sites").Single()["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!["alwaysReady"]!
            .AsArray().Sum(group => (int)group!["instanceCount"]!);
        return (units * Price("daysPerMonth"))
            + Price("serviceBusMonth", (string)snapshot.Of("Microsoft.ServiceBus/namespaces").Single()["sku"]!["name"]!)
            + (ready * Price("alwaysReadyMonth"))
            + (snapshot.Of("Microsoft.Network/privateEndpoints").Count * Price("privateEndpointMonth"))
            + (snapshot.Of("Microsoft.Network/privateDnsZones").Count * Price("dnsZoneMonth"))
            + (snapshot.Of("Microsoft.Insights/metricAlerts").Count * Price("alertMonth"));
    }

    private static double Price(string name, string? of = null) => (double)(of is null ? Prices[name]! : Prices[name]![of]!);

    [GeneratedRegex(@"\| \*\*sum\*\* (?:\| \*\*≈ (\d+)\*\* ){3}\|")]
    private static partial Regex Sums();
}

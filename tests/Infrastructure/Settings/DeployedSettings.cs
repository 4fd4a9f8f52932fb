using System.Text.RegularExpressions;
using ServerlessGateway.Infrastructure.Tests.Bicep;

namespace ServerlessGateway.Infrastructure.Tests.Settings;

/// <summary>The app's settings as a process would find them: what is only known after a deployment is filled in.</summary>
internal static partial class DeployedSettings
{
    private const string ClientId = "44444444-4444-4444-4444-444444444444";
    private const string ObjectId = "55555555-5555-5555-5555-555555555555";

    /// <summary>The settings of a profile, by their names.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(string profile) => Of(await Snapshot.OfAsync(profile));

    /// <summary>The settings of a snapshot, by their names.</summary>
    public static IReadOnlyDictionary<string, string> Of(Snapshot snapshot) =>
        snapshot.AppSettings().ToDictionary(setting => setting.Key, setting => Resolve(setting.Key, setting.Value));

    private static string Resolve(string name, string value)
    {
        if (!value.StartsWith('['))
        {
            return value;
        }

        var property = Property().Match(value) is { Success: true } match ? match.Groups[1].Value : "";
        var known = property switch
        {
            "clientId" => ClientId,
            "identity.principalId" => ObjectId,
            "primaryEndpoints.table" => "https://stgolden.table.core.windows.net/",
            "primaryEndpoints.blob" => "https://stgolden.blob.core.windows.net/",
            "ConnectionString" => "InstrumentationKey=66666666-6666-6666-6666-666666666666;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/",
            "hostName" => "wps-golden.webpubsub.azure.com",
            // As the platform writes it; the template takes the scheme and the port off.
            "serviceBusEndpoint" => "sb-golden.servicebus.windows.net",
            _ => throw new InvalidOperationException($"{name} is made from '{property}', which is not known here: {value}"),
        };
        return Format().Match(value) is { Success: true } format ? format.Groups[1].Value.Replace("{0}", known, StringComparison.Ordinal) : known;
    }

    /// <summary>The property of a reference: <c>reference(…).PROPERTY</c>.</summary>
    [GeneratedRegex(@"reference\([^)]*\)\.([A-Za-z.]+)")]
    private static partial Regex Property();

    /// <summary>A reference within a text: <c>format('https://{0}', …)</c>.</summary>
    [GeneratedRegex(@"^\[format\('([^']*)'")]
    private static partial Regex Format();
}

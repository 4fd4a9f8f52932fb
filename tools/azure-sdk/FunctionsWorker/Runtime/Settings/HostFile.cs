using Microsoft.Extensions.Configuration;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

/// <summary>
/// What host.json says. An app setting named <c>AzureFunctionsJobHost__path__to__key</c> overrides a key of the file,
/// as it does in the host.
/// </summary>
internal sealed class HostFile
{
    private const string FileName = "host.json";
    private const string OverridesSection = "AzureFunctionsJobHost";
    private const string DefaultRoutePrefix = "api";

    private readonly IConfiguration _values;

    private HostFile(IConfiguration values) => _values = values;

    /// <summary>What HTTP routes begin with, without slashes; empty when the file says so.</summary>
    public string RoutePrefix => (_values["extensions:http:routePrefix"] ?? DefaultRoutePrefix).Trim('/');

    public ServiceBusSettings ServiceBus => ServiceBusSettings.Read(_values.GetSection("extensions:serviceBus"));

    /// <summary>Reads the file beside the app; an app without one gets the host's defaults.</summary>
    public static HostFile Load(string directory, IConfiguration appSettings)
    {
        var overrides = appSettings.GetSection(OverridesSection)
            .AsEnumerable(makePathsRelative: true)
            .Where(pair => pair.Value is not null);
        return new HostFile(new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(directory, FileName), optional: true, reloadOnChange: false)
            .AddInMemoryCollection(overrides)
            .Build());
    }
}

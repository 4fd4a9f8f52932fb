using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServerlessGateway.Triggers;

namespace ServerlessGateway.Unit.Tests.Composition;

public sealed class CompositionTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["ServiceBus"] = "Endpoint=sb://localhost;SharedAccessKeyName=k;SharedAccessKey=v;UseDevelopmentEmulator=true;",
        ["Gateway:Tables:ConnectionString"] = "UseDevelopmentStorage=true",
        ["Gateway:Tokens:SymmetricKey"] = new string('k', 32),
        ["Gateway:Tokens:Issuer"] = "app",
        ["Gateway:Tokens:Audience"] = "gateway",
        ["Gateway:Instances:0:Name"] = "alpha",
        ["Gateway:Instances:0:ConnectionString"] = $"Endpoint=http://127.0.0.1:8080;AccessKey={new string('a', 44)};Version=1.0;",
    };

    [Fact]
    public void Everything_can_be_made_also_where_it_is_registered_twice()
    {
        var builder = CreateBuilder(Settings);
        builder.Services.AddGateway().AddAzure();

        using var host = builder.Build();

        foreach (var edge in new[]
        {
            typeof(IHttpEdge<WebPubSubEventsFunction>), typeof(IHttpEdge<NegotiateFunction>), typeof(IHttpEdge<HealthFunction>),
            typeof(IHttpEdge<InstancesFunction>), typeof(IEventEdge),
        })
        {
            Assert.Single(host.Services.GetServices(edge));
        }
    }

    [Theory]
    [InlineData("Gateway:Sesions:Lease", "1.00:00:00", "Gateway:Sesions is not a setting of the gateway")]
    [InlineData("Gateway:MaxPayloadBytes", "1000000", "Gateway:MaxPayloadBytes is '1000000'; permitted: 1 to 196608.")]
    [InlineData("Gateway:Instances:0:Name", "Alpha!", "Gateway:Instances:0:Name is 'Alpha!'")]
    [InlineData("Gateway:Tables:ConnectionString", "", "Gateway:Tables:Endpoint or ConnectionString is missing")]
    [InlineData("ServiceBus", "", "ServiceBus or ServiceBus:fullyQualifiedNamespace is missing")]
    public async Task A_wrong_setting_ends_the_start_with_what_is_wrong(string key, string value, string message)
    {
        using var host = CreateBuilder(new Dictionary<string, string?>(Settings) { [key] = value }).Build();

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        Assert.Contains(message, failure.ToString(), StringComparison.Ordinal);
    }

    private static HostApplicationBuilder CreateBuilder(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.ConfigureContainer(new DefaultServiceProviderFactory(
            new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }));
        builder.Services.AddGateway().AddAzure();
        return builder;
    }
}

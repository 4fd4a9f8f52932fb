using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Configuration;
using ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker.Runtime;

public sealed class SettingsTests : IDisposable
{
    private const string Broker =
        "Endpoint=sb://127.0.0.1:5;SharedAccessKeyName=name;SharedAccessKey=key;UseDevelopmentEmulator=true;";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("settings");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Without_a_file_the_hosts_defaults_hold()
    {
        var file = HostFile.Load(_directory.FullName, Settings());

        var bus = file.ServiceBus;
        Assert.Equal("api", file.RoutePrefix);
        Assert.True(bus.AutoCompleteMessages);
        Assert.Equal(0, bus.PrefetchCount);
        Assert.Equal(TimeSpan.FromMinutes(5), bus.MaxAutoLockRenewalDuration);
        Assert.Equal(8, bus.MaxConcurrentSessions);
        Assert.Equal(1, bus.MaxConcurrentCallsPerSession);
        Assert.Equal(16 * Environment.ProcessorCount, bus.MaxConcurrentCalls);
        Assert.Null(bus.SessionIdleTimeout);
        Assert.Equal(3, bus.Retry.MaxRetries);
    }

    [Fact]
    public void The_file_is_read_in_any_case_and_with_its_retry_options()
    {
        Write("""
            {"extensions":{"ServiceBus":{"autoCompleteMessages":false,"prefetchCount":7,"sessionIdleTimeout":"00:00:02",
             "clientRetryOptions":{"mode":"fixed","maxRetries":1,"delay":"00:00:00.5","maxDelay":"00:00:09","tryTimeout":"00:00:30"}}}}
            """);

        var bus = HostFile.Load(_directory.FullName, Settings()).ServiceBus;

        Assert.False(bus.AutoCompleteMessages);
        Assert.Equal(7, bus.PrefetchCount);
        Assert.Equal(TimeSpan.FromSeconds(2), bus.SessionIdleTimeout);
        Assert.Equal(ServiceBusRetryMode.Fixed, bus.Retry.Mode);
        Assert.Equal(1, bus.Retry.MaxRetries);
        Assert.Equal(TimeSpan.FromSeconds(0.5), bus.Retry.Delay);
        Assert.Equal(TimeSpan.FromSeconds(9), bus.Retry.MaxDelay);
        Assert.Equal(TimeSpan.FromSeconds(30), bus.Retry.TryTimeout);
    }

    [Theory]
    [InlineData("maxConcurrentSessions", "0")]
    [InlineData("prefetchCount", "-1")]
    [InlineData("sessionIdleTimeout", "soon")]
    [InlineData("autoCompleteMessages", "perhaps")]
    [InlineData("clientRetryOptions:mode", "wild")]
    public void A_value_out_of_range_is_refused_by_its_key(string key, string value)
    {
        var settings = Settings(($"AzureFunctionsJobHost:extensions:serviceBus:{key}", value));
        var file = HostFile.Load(_directory.FullName, settings);

        var failure = Assert.Throws<InvalidOperationException>(() => file.ServiceBus);

        Assert.Equal($"host.json: '{value}' is no value for extensions:serviceBus:{key}.", failure.Message);
    }

    [Fact]
    public void Expressions_are_replaced_wherever_they_stand_and_nested_names_take_underscores()
    {
        var expressions = new BindingExpressions(Settings(("Queue", "ingress"), ("Names:Topic", "events")));

        Assert.Equal("ingress", expressions.Resolve("%Queue%"));
        Assert.Equal("a-ingress-events", expressions.Resolve("a-%Queue%-%Names__Topic%"));
        Assert.Equal("plain", expressions.Resolve("plain"));
    }

    [Theory]
    [InlineData("AzureWebJobsBus")]
    [InlineData("ConnectionStrings:Bus")]
    [InlineData("Bus")]
    public async Task A_connection_is_found_in_the_places_of_the_host(string place)
    {
        await using var clients = Clients((place, Broker));

        Assert.Equal("127.0.0.1", clients.For("Bus").FullyQualifiedNamespace);
        Assert.Same(clients.For("Bus"), clients.For("bus"));
    }

    [Fact]
    public async Task A_connection_may_name_a_namespace_instead()
    {
        await using var clients = Clients(("Bus:fullyQualifiedNamespace", "some.servicebus.windows.net"));

        Assert.Equal("some.servicebus.windows.net", clients.For("Bus").FullyQualifiedNamespace);
    }

    [Theory]
    [InlineData("Bus", "The Service Bus connection 'Bus' is not among the app settings.")]
    [InlineData("Endpoint=sb://x;SharedAccessKey=secret", "A trigger's Connection is the name of a setting, not a connection string.")]
    public async Task A_missing_connection_is_named_but_never_a_key(string connection, string expected)
    {
        await using var clients = Clients();

        var failure = Assert.Throws<InvalidOperationException>(() => clients.For(connection));

        Assert.Equal(expected, failure.Message);
    }

    private static IConfiguration Settings(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
        .Build();

    private ServiceBusClients Clients(params (string Key, string Value)[] settings)
    {
        var configuration = Settings(settings);
        return new ServiceBusClients(configuration, HostFile.Load(_directory.FullName, configuration));
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(_directory.FullName, "host.json"), json);
}

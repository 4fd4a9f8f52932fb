using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Backends;
using ServerlessGateway.Infrastructure.Tests.Bicep;
using ServerlessGateway.Instances;
using ServerlessGateway.Requests;

namespace ServerlessGateway.Infrastructure.Tests.Settings;

/// <summary>The settings that Bicep gives the app are those that the app reads, by the app's own validation at its start.</summary>
public sealed class AppSettingTests
{
    /// <summary>Settings that the platform and the SDKs read. Everything else is the gateway's.</summary>
    private static readonly string[] OfOthers =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID", "AZURE_TOKEN_CREDENTIALS",
        "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__clientId", "AzureWebJobsStorage__credential",
        // The trigger's connection, beside the part that the app reads, too.
        "ServiceBus__clientId", "ServiceBus__credential",
    ];

    public static TheoryData<string> Profiles => [.. Snapshot.Profiles];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task The_app_starts_with_the_settings_of_each_profile(string profile)
    {
        using var host = CreateHost(await DeployedSettings.OfAsync(profile));

        host.Services.GetRequiredService<IStartupValidator>().Validate();
        var instances = host.Services.GetRequiredService<IOptions<InstancesOptions>>().Value;

        Assert.Equal(
            (await Snapshot.OfAsync(profile)).Of("Microsoft.SignalRService/webPubSub").Select(resource => (int)resource["sku"]!["capacity"]!),
            instances.Instances.Select(instance => instance.Weight));
        Assert.All(instances.Instances, instance =>
        {
            Assert.True(Guid.TryParse(instance.ObjectId, out _));
            Assert.Equal("https://wps-golden.webpubsub.azure.com/", instance.Endpoint!.AbsoluteUri);
            Assert.Null(instance.ConnectionString);
        });
    }

    [Fact]
    public async Task Every_value_arrives_where_it_is_read()
    {
        using var host = CreateHost(await DeployedSettings.OfAsync("production"));

        var serviceBus = Read<ServiceBusOptions>(host);
        Assert.Equal(
            (null, "sb-golden.servicebus.windows.net", "ingress", "events"),
            (serviceBus.ConnectionString, serviceBus.FullyQualifiedNamespace, serviceBus.IngressQueue, serviceBus.EventsTopic));
        var tables = Read<TableOptions>(host);
        Assert.Equal((null, "https://stgolden.table.core.windows.net/"), (tables.ConnectionString, tables.Endpoint?.AbsoluteUri));
        var tokens = Read<TokenOptions>(host);
        Assert.Equal(("https://login.example.com", "gateway", null), (tokens.Authority, tokens.Audience, tokens.SymmetricKey));
        var callbacks = Read<CallbackOptions>(host);
        Assert.Equal(
            ("api://11111111-1111-1111-1111-111111111111", "33333333-3333-3333-3333-333333333333"), (callbacks.Audience, callbacks.TenantId));
        Assert.Equal(["https://app.example.com", "https://admin.example.com"], Read<GatewayOptions>(host).AllowedOrigins);
        Assert.True(Read<NamespacesOptions>(host).Namespaces["orders"].RouteToBackends);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_setting_is_the_gateways_or_one_that_the_platform_is_known_to_read(string profile)
    {
        var names = (await DeployedSettings.OfAsync(profile)).Keys.Where(name => !name.StartsWith("Gateway__", StringComparison.Ordinal));

        Assert.Equal(
            OfOthers.Append("EventsTopic").Append("IngressQueue").Append("ServiceBus__fullyQualifiedNamespace").Order(StringComparer.Ordinal),
            names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Settings_of_a_namespace_are_properties_of_its_options(string profile)
    {
        var known = typeof(NamespaceOptions).GetProperties().Select(property => property.Name);
        var keys = (await DeployedSettings.OfAsync(profile)).Keys.Select(name => name.Split("__"))
            .Where(parts => parts is ["Gateway", "Namespaces", ..]).ToList();

        Assert.NotEmpty(keys);
        Assert.All(keys, parts => Assert.Contains(Assert.Single(parts[3..]), known));
    }

    [Fact]
    public async Task What_is_said_of_a_namespace_and_an_issuer_arrives_and_what_is_not_is_left_to_the_app()
    {
        using var folder = new BicepFolder();
        var path = folder.Combine("main.bicepparam");
        var text = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, text.Replace(
            "{ name: 'orders', routeToBackends: true }",
            "{ name: 'orders', routeToBackends: false, retentionMessages: 50, retentionAge: '7.00:00:00' }\n  { name: 'chat', routeToBackends: true }",
            StringComparison.Ordinal));
        var result = await Snapshot.RunAsync(folder, "small", ("GATEWAY_TOKEN_ISSUER", "https://issuer.example.com"), ("GATEWAY_USE_PLACEHOLDER", "false"));
        Assert.True(result.ExitCode == 0, result.Output + result.Error);

        var settings = DeployedSettings.Of(Snapshot.Read(folder));
        using var host = CreateHost(settings);
        host.Services.GetRequiredService<IStartupValidator>().Validate();

        var namespaces = Read<NamespacesOptions>(host).Namespaces;
        var (orders, chat, defaults) = (namespaces["orders"], namespaces["chat"], new NamespaceOptions());
        Assert.Equal((false, 50, TimeSpan.FromDays(7)), (orders.RouteToBackends, orders.RetentionMessages, orders.RetentionAge));
        Assert.Equal((true, defaults.RetentionMessages, defaults.RetentionAge), (chat.RouteToBackends, chat.RetentionMessages, chat.RetentionAge));
        Assert.Equal("https://issuer.example.com", Read<TokenOptions>(host).Issuer);
        Assert.Equal("0", settings["WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED"]);
    }

    [Fact]
    public async Task A_setting_with_a_wrong_name_would_be_found()
    {
        var settings = new Dictionary<string, string>(await DeployedSettings.OfAsync("small")) { ["Gateway__Instances__0__Wait"] = "1" };
        using var host = CreateHost(settings);

        Assert.Contains("Gateway:Instances:0:Wait", Assert.Throws<OptionsValidationException>(
            () => host.Services.GetRequiredService<IStartupValidator>().Validate()).Message, StringComparison.Ordinal);
    }

    private static T Read<T>(IHost host)
        where T : class => host.Services.GetRequiredService<IOptions<T>>().Value;

    private static IHost CreateHost(IReadOnlyDictionary<string, string> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(
            setting => KeyValuePair.Create(setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value)));
        builder.Services.AddGateway().AddAzure();
        return builder.Build();
    }
}

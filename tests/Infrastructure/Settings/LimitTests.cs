using System.Reflection;
using System.Text.Json.Nodes;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Client;
using ServerlessGateway.Infrastructure.Tests.Bicep;
using ServerlessGateway.Instances;
using ServerlessGateway.LocalCloud;
using ServerlessGateway.Protocol;
using ServerlessGateway.Tests.Support;
using ServerlessGateway.Triggers;

namespace ServerlessGateway.Infrastructure.Tests.Settings;

/// <summary>Limits that stand in the templates and in the code are the same, or leave each other the room that is counted on.</summary>
public sealed class LimitTests
{
    public static TheoryData<string> Profiles => [.. Snapshot.Profiles];

    private static JsonNode Namespace => StackPrograms.ServiceBusConfig()["UserConfig"]!["Namespaces"]![0]!;

    private static JsonNode Host => JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("host.json")))!["extensions"]!["serviceBus"]!;

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Queue_and_topic_are_those_that_the_local_stack_is_tested_with(string profile)
    {
        var snapshot = await Snapshot.OfAsync(profile);

        AssertSame(Namespace["Queues"]![0]!, snapshot.Of("Microsoft.ServiceBus/namespaces/queues").Single());
        var topic = Namespace["Topics"]![0]!;
        AssertSame(topic, snapshot.Of("Microsoft.ServiceBus/namespaces/topics").Single());
        AssertSame(topic["Subscriptions"]![0]!, snapshot.Of("Microsoft.ServiceBus/namespaces/topics/subscriptions").Single());
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task What_was_acknowledged_is_kept_until_it_is_sequenced(string profile)
    {
        var properties = (await Snapshot.OfAsync(profile)).Of("Microsoft.ServiceBus/namespaces/queues").Single()["properties"]!;

        Assert.Equal(TimeSpan.MaxValue, XmlConvert.ToTimeSpan((string)properties["defaultMessageTimeToLive"]!));
        Assert.True((bool)properties["deadLetteringOnMessageExpiration"]!);
        Assert.True((bool)properties["requiresSession"]!);
        Assert.False((bool)properties["requiresDuplicateDetection"]!);
        Assert.Equal(2000, (int)properties["maxDeliveryCount"]!);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task The_lock_leaves_the_sequencer_its_margin_and_the_host_renews_longer_than_a_session_is_held(string profile)
    {
        var queue = (await Snapshot.OfAsync(profile)).Of("Microsoft.ServiceBus/namespaces/queues").Single()["properties"]!;
        var held = XmlConvert.ToTimeSpan((string)queue["lockDuration"]!);
        var options = new SequencingOptions();

        Assert.True(options.LockMargin * 2 < held, $"Of {held} the sequencer works until {options.LockMargin} before the end.");
        Assert.True(options.StoreTimeout + options.SendTimeout <= options.LockMargin, "A call that is under way ends within the margin.");
        Assert.True(options.SessionHold + held <= TimeSpan.Parse((string)Host["maxAutoLockRenewalDuration"]!, null));
    }

    [Fact]
    public void The_host_gives_one_message_of_a_session_at_a_time_and_settles_nothing_by_itself()
    {
        Assert.Equal(0, (int)Host["prefetchCount"]!);
        Assert.Equal(1, (int)Host["maxConcurrentCallsPerSession"]!);
        Assert.False((bool)Host["autoCompleteMessages"]!);
        // The scaler asks for active messages ÷ this, so it stands well above the shards.
        Assert.True((int)Host["maxConcurrentSessions"]! >= 4 * Shards.DefaultCount);
        Assert.True(TimeSpan.Parse((string)Host["sessionIdleTimeout"]!, null) <= TimeSpan.FromSeconds(2));
        var trigger = typeof(SequencerFunction).GetMethod(nameof(SequencerFunction.RunAsync))!.GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<ServiceBusTriggerAttribute>()).First(attribute => attribute is not null)!;
        Assert.True(trigger.IsSessionsEnabled);
        Assert.False(trigger.AutoCompleteMessages);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task An_envelope_fits_a_message_of_every_tier(string profile)
    {
        const int Standard = 256 * 1024;
        var queue = (await Snapshot.OfAsync(profile)).Of("Microsoft.ServiceBus/namespaces/queues").Single()["properties"]!;

        var limit = queue["maxMessageSizeInKilobytes"] is { } kilobytes ? (int)kilobytes * 1024 : Standard;

        Assert.True(Envelope.MaxBodyBytes + EnvelopeBuilder.MaxDescriptionBytes < limit);
        Assert.True(ClientLimits.HighestMaxPayloadBytes < Envelope.MaxBodyBytes);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task The_service_asks_more_often_than_the_client_takes_a_connection_for_dead(string profile)
    {
        var options = new GatewayClientOptions { Endpoint = new Uri("https://gateway.example.com"), GetToken = _ => ValueTask.FromResult("") };

        foreach (var hub in (await Snapshot.OfAsync(profile)).Of("Microsoft.SignalRService/webPubSub/hubs"))
        {
            var interval = TimeSpan.FromSeconds((int)hub["properties"]!["webSocketKeepAliveIntervalInSeconds"]!);

            Assert.Equal(options.PingInterval, interval);
            Assert.True(interval * 2 < options.DeadAfter);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Callbacks_go_to_the_route_of_their_instance_on_the_hub_that_the_app_knows(string profile)
    {
        var snapshot = await Snapshot.OfAsync(profile);
        var route = typeof(WebPubSubEventsFunction).GetMethod(nameof(WebPubSubEventsFunction.RunAsync))!.GetParameters()
            .Single(parameter => parameter.ParameterType == typeof(HttpRequest)).GetCustomAttribute<HttpTriggerAttribute>()!.Route!;
        var prefix = (string)JsonNode.Parse(await File.ReadAllTextAsync(RepositoryRoot.Combine("host.json")))!["extensions"]!["http"]!["routePrefix"]!;
        var settings = snapshot.AppSettings();
        var names = settings.Where(setting => setting.Key.EndsWith("__Name", StringComparison.Ordinal)).Select(setting => setting.Value).ToList();
        var hubs = snapshot.Of("Microsoft.SignalRService/webPubSub/hubs");

        Assert.Equal(names.Count, hubs.Count);
        foreach (var (name, hub) in names.Zip(hubs))
        {
            Assert.Contains($"wps-{name}-", (string)hub["name"]!, StringComparison.Ordinal);
            Assert.EndsWith($"/{new InstancesOptions().Hub}", (string)hub["name"]!, StringComparison.Ordinal);
            var template = (string)hub["properties"]!["eventHandlers"]![0]!["urlTemplate"]!;
            Assert.StartsWith($"[format('https://{{0}}/{prefix}/{route.Replace("{instance}", "{1}", StringComparison.Ordinal)}'", template, StringComparison.Ordinal);
            Assert.EndsWith($"'{name}')]", template, StringComparison.Ordinal);
            Assert.Equal(["connect", "disconnected"], hub["properties"]!["eventHandlers"]![0]!["systemEvents"]!.AsArray().Select(item => (string)item!));
        }

        Assert.Equal(new InstancesOptions().Hub, settings["Gateway__Hub"]);
    }

    [Fact]
    public async Task Instances_that_always_wait_are_of_groups_that_exist()
    {
        var functions = typeof(TableOptions).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>().Select(name => $"function:{name}");
        var app = (await Snapshot.OfAsync("production")).Of("Microsoft.Web/sites").Single();

        var groups = app["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!["alwaysReady"]!.AsArray()
            .Select(group => (string)group!["name"]!).ToList();

        Assert.Equal(["http", "function:Sequencer"], groups);
        Assert.Contains("function:Sequencer", functions);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task The_tables_are_those_that_the_app_opens(string profile)
    {
        var constants = typeof(TableOptions).Assembly.GetTypes()
            .Select(type => type.GetField("TableName", BindingFlags.Public | BindingFlags.Static | BindingFlags.NonPublic))
            .Where(field => field is { IsLiteral: true }).Select(field => (string)field!.GetRawConstantValue()!).Order(StringComparer.Ordinal).ToList();
        var tables = (await Snapshot.OfAsync(profile)).Of("Microsoft.Storage/storageAccounts/tableServices/tables")
            .Select(table => ((string)table["name"]!).Split('/')[^1]).Order(StringComparer.Ordinal);

        Assert.NotEmpty(constants);
        Assert.Equal(constants, tables);
        Assert.Equal(constants, TableSetup.Tables.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Updates_roll_and_the_runtime_is_the_one_that_is_built_for(string profile)
    {
        var config = (await Snapshot.OfAsync(profile)).Of("Microsoft.Web/sites").Single()["properties"]!["functionAppConfig"]!;

        Assert.Equal("RollingUpdate", (string?)config["siteUpdateStrategy"]!["type"]);
        Assert.Equal(("dotnet-isolated", $"{Environment.Version.Major}.0"), ((string?)config["runtime"]!["name"], (string?)config["runtime"]!["version"]));
    }

    /// <summary>Every property that the local configuration states is stated by the template, with the same value.</summary>
    private static void AssertSame(JsonNode local, JsonNode deployed)
    {
        Assert.EndsWith($"/{(string)local["Name"]!}", (string)deployed["name"]!, StringComparison.Ordinal);
        Assert.All(local["Properties"]!.AsObject(), property =>
        {
            var name = char.ToLowerInvariant(property.Key[0]) + property.Key[1..];
            Assert.True(
                JsonNode.DeepEquals(property.Value, deployed["properties"]![name]),
                $"{deployed["name"]}: {name} is {deployed["properties"]![name]?.ToJsonString() ?? "missing"}, locally {property.Value?.ToJsonString()}.");
        });
    }
}

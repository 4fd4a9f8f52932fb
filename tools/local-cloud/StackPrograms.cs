using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessGateway.LocalCloud.Processes;

namespace ServerlessGateway.LocalCloud;

/// <summary>How each program of the stack is started: arguments, settings, and the configuration files it is given.</summary>
internal sealed class StackPrograms(Repository repository, StackOptions options, string logFolder)
{
    private const string Hub = "gateway";
    private const string AccessKey = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH";

    /// <summary>The Service Bus emulator with the gateway's queue and topic.</summary>
    public ProcessSpec ServiceBus(string folder)
    {
        var config = Write(Path.Combine(folder, "servicebus.json"), ServiceBusConfig());
        return Dotnet("servicebus", repository.Program("tools/servicebus-emulator", "ServerlessGateway.ServiceBusEmulator"),
        [
            "--port", Text(options.ServiceBusPort), "--http-port", "0", "--config", config,
            // kill -9 of any process of the stack loses nothing; a laptop's power is not what the stack is about.
            "--data", Path.Combine(folder, "servicebus"), "--flush", "operatingSystem", "--json", "--exit-with-parent",
        ]);
    }

    /// <summary>One Web PubSub instance, whose callbacks go to the balancer under its own name.</summary>
    public ProcessSpec WebPubSub(string name, int index, string folder, Uri gateway)
    {
        var config = Write(Path.Combine(folder, $"webpubsub-{name}.json"), WebPubSubConfig(new Uri(gateway, $"/api/webpubsub/{name}")));
        var port = index < options.InstancePorts.Count ? options.InstancePorts[index] : 0;
        return Dotnet($"webpubsub-{name}", repository.Program("tools/webpubsub-emulator", "ServerlessGateway.WebPubSubEmulator"),
            ["--port", Text(port), "--name", name, "--access-key", AccessKey, "--config", config, "--json", "--exit-with-parent"]);
    }

    /// <summary>One Functions process.</summary>
    public ProcessSpec Functions(
        int index, ManagedProcess tables, ManagedProcess serviceBus, IReadOnlyDictionary<string, ManagedProcess> instances)
    {
        var settings = new Dictionary<string, string>(ShortLived)
        {
            ["FUNCTIONS_HTTP_PORT"] = "0",
            ["FUNCTIONS_EXIT_WITH_PARENT"] = "1",
            ["ServiceBus"] = serviceBus.Ready.Values["connectionString"],
            ["IngressQueue"] = "ingress",
            ["EventsTopic"] = "events",
            ["Gateway__Hub"] = Hub,
            ["Gateway__Tables__ConnectionString"] = tables.Ready.Values["connectionString"],
            ["Gateway__Tokens__SymmetricKey"] = options.TokenKey,
            ["Gateway__Tokens__Issuer"] = options.TokenIssuer,
            ["Gateway__Tokens__Audience"] = options.TokenAudience,
            ["Gateway__Namespaces__orders__RouteToBackends"] = "true",
        };
        foreach (var (name, at) in options.Instances.Select((name, at) => (name, at)))
        {
            settings[$"Gateway__Instances__{at}__Name"] = name;
            settings[$"Gateway__Instances__{at}__ConnectionString"] = instances[name].Ready.Values["connectionString"];
        }

        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        var assembly = options.OtherBuilds.TryGetValue(index, out var other)
            ? other
            : repository.Program("functions", "ServerlessGateway.Functions");
        return Dotnet($"functions-{index}", assembly, []) with { Environment = settings };
    }

    /// <summary>The sample backend.</summary>
    public ProcessSpec Backend(ManagedProcess serviceBus) =>
        Dotnet("orders-backend", repository.Program("tools/samples/orders", "ServerlessGateway.Samples.Orders"),
            ["--connection-string", serviceBus.Ready.Values["connectionString"], "--exit-with-parent"]);

    /// <summary>
    /// For processes that live for seconds or minutes beside eight others: no profiling of code for a later optimisation, and the garbage collector that
    /// does not take a thread and a heap per core.
    /// </summary>
    private static readonly Dictionary<string, string> ShortLived = new() { ["DOTNET_TieredPGO"] = "0", ["DOTNET_gcServer"] = "0" };

    private ProcessSpec Dotnet(string name, string assembly, IReadOnlyList<string> arguments) => new(name, "dotnet", [assembly, .. arguments])
    {
        Environment = ShortLived,
        WorkingDirectory = Path.GetDirectoryName(assembly),
        LogFile = Path.Combine(logFolder, $"{name}.log"),
        ParseReady = ReadyLine.ParseJson,
    };

    /// <summary>The queue and the topic as Bicep makes them: nothing accepted ever expires, nothing is given up early.</summary>
    internal static JsonObject ServiceBusConfig()
    {
        var forever = "P10675199DT2H48M5.4775807S";
        JsonObject Durable() => new()
        {
            ["RequiresSession"] = true,
            ["LockDuration"] = "PT30S",
            ["DefaultMessageTimeToLive"] = forever,
            ["DeadLetteringOnMessageExpiration"] = true,
        };
        JsonObject ingress = Durable();
        ingress["MaxDeliveryCount"] = 2000;
        JsonObject subscription = Durable();
        subscription["MaxDeliveryCount"] = 50;
        return new JsonObject
        {
            ["UserConfig"] = new JsonObject
            {
                ["Namespaces"] = new JsonArray(new JsonObject
                {
                    ["Name"] = "sbemulatorns",
                    ["Queues"] = new JsonArray(new JsonObject { ["Name"] = "ingress", ["Properties"] = ingress }),
                    ["Topics"] = new JsonArray(new JsonObject
                    {
                        ["Name"] = "events",
                        ["Properties"] = new JsonObject
                        {
                            ["DefaultMessageTimeToLive"] = forever,
                            ["RequiresDuplicateDetection"] = true,
                            ["DuplicateDetectionHistoryTimeWindow"] = "PT10M",
                        },
                        ["Subscriptions"] = new JsonArray(new JsonObject
                        {
                            ["Name"] = "orders",
                            ["Properties"] = subscription,
                            ["Rules"] = new JsonArray(new JsonObject
                            {
                                ["Name"] = "namespace",
                                ["Properties"] = new JsonObject
                                {
                                    ["FilterType"] = "Correlation",
                                    ["CorrelationFilter"] = new JsonObject
                                    {
                                        ["Properties"] = new JsonObject { ["namespace"] = "orders" },
                                    },
                                },
                            }),
                        }),
                    }),
                }),
                ["Logging"] = new JsonObject { ["Type"] = "Console" },
            },
        };
    }

    internal static JsonObject WebPubSubConfig(Uri handler) => new()
    {
        ["WebPubSub"] = new JsonObject
        {
            ["Hubs"] = new JsonObject
            {
                [Hub] = new JsonObject
                {
                    ["EventHandlers"] = new JsonArray(new JsonObject
                    {
                        ["UrlTemplate"] = handler.ToString(),
                        ["SystemEvents"] = new JsonArray("connect", "connected", "disconnected"),
                        ["EventPattern"] = "*",
                    }),
                },
            },
        },
    };

    private static string Write(string path, JsonObject content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return path;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

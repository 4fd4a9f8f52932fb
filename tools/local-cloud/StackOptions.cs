namespace ServerlessGateway.LocalCloud;

/// <summary>What the local stack consists of. Ports of 0 take any that is free; they are told when the stack is up.</summary>
public sealed record StackOptions
{
    /// <summary>The names of the Web PubSub instances.</summary>
    public IReadOnlyList<string> Instances { get; init; } = ["alpha", "beta"];

    /// <summary>How many Functions processes stand behind the balancer.</summary>
    public int FunctionsProcesses { get; init; } = 2;

    /// <summary>
    /// Assemblies of other builds of the app, by the place of the Functions process that runs them; the own build stands at every other place.
    /// For tests of two versions side by side, as in every deploy.
    /// </summary>
    public IReadOnlyDictionary<int, string> OtherBuilds { get; init; } = new Dictionary<int, string>();

    /// <summary>Starts the sample backend.</summary>
    public bool WithBackend { get; init; } = true;

    /// <summary>Where data and logs stay; null takes a new folder that is deleted when the stack stops, and keeps tables in memory.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The gateway's port: the balancer's.</summary>
    public int GatewayPort { get; init; }

    /// <summary>The ports of the instances, in their order; missing ones are 0.</summary>
    public IReadOnlyList<int> InstancePorts { get; init; } = [];

    /// <summary>Service Bus's AMQP port.</summary>
    public int ServiceBusPort { get; init; }

    /// <summary>The table store's port.</summary>
    public int TablePort { get; init; }

    /// <summary>Settings of the Functions processes on top of the stack's own; for tests.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The symmetric key of tokens: for this machine only, so it may be known.</summary>
    public string TokenKey { get; init; } = "local-development-token-key-0123456789abcdef";

    /// <summary>The issuer of tokens.</summary>
    public string TokenIssuer { get; init; } = "http://localhost/gateway-dev";

    /// <summary>The audience of tokens.</summary>
    public string TokenAudience { get; init; } = "serverless-gateway";
}

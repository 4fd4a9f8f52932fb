using System.CommandLine;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.Configuration;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Hub;
using ServerlessGateway.WebPubSubEmulator.Quotas;

namespace ServerlessGateway.WebPubSubEmulator;

/// <summary>The options of the command line, and what they and the configuration file say together.</summary>
internal static class EmulatorArguments
{
    private const int DefaultPort = 8080;

    // Beyond an hour, lost connections would only fill the memory.
    private const int MaxRecoverySeconds = 60 * 60;

    public static readonly Option<string> Name = new("--name")
    {
        Description = "Name of the instance, shown in log lines and in the ready line.",
        DefaultValueFactory = _ => "webpubsub",
    };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "Port on loopback; 0 takes any that is free. Default: the one of Urls in the configuration, or 8080.",
        DefaultValueFactory = _ => DefaultPort,
    };

    private static readonly Option<string[]> Keys = new("--access-key")
    {
        Description = "Access key of at least 32 bytes; once or twice, the primary one first. "
            + "Default: the one of the configuration, or the key that Microsoft's emulator publishes.",
    };

    private static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "JSON file in the format of Microsoft's emulator: event handlers of each hub, access key, URL, log levels.",
    };

    private static readonly Option<FileInfo?> FaultPlan = new("--faults")
    {
        Description = "JSON file with fault rules that are in force from the start, as PUT /faults takes them.",
    };

    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder for what outlives the process: access keys that were regenerated, and the messages of the day. "
            + "Connections, groups and messages die with it, as in the cloud with their instance.",
    };

    private static readonly Option<string?> PublicEndpoint = new("--public-endpoint")
    {
        Description = "Endpoint of the connection string when clients come through a proxy; tokens for it are accepted.",
    };

    private static readonly Option<string?> Origin = new("--origin")
    {
        Description = "What event handlers are told as WebHook-Request-Origin. Default: host and port of the endpoint.",
    };

    private static readonly Option<int> RecoverySeconds = new("--recovery-seconds")
    {
        Description = "How long a reliable client that lost its socket may take to come back.",
        DefaultValueFactory = _ => (int)new HubLimits().RecoveryWindow.TotalSeconds,
    };

    private static readonly Option<bool> AllowEntra = new("--allow-unvalidated-entra-tokens")
    {
        Description = "Let REST callers in with Entra tokens for https://webpubsub.azure.com, whose signatures nobody checks.",
    };

    private static readonly Option<string?> Sku = new("--sku")
    {
        Description = "Price tier whose quotas hold: Free_F1, Standard_S1, Premium_P1, Premium_P2. Default: no quotas.",
    };

    private static readonly Option<int?> Units = new("--units")
    {
        Description = "Units of the tier; each holds 1,000 connections. Default: the least that the tier comes in.",
    };

    private static readonly Option<int?> MaxConnections = new("--max-connections")
    {
        Description = "Connections at once; over it a handshake is refused with 429.",
    };

    private static readonly Option<int?> MessagesPerDay = new("--messages-per-day")
    {
        Description = "Billed messages of 2 KB on a day of UTC; over it sends and handshakes are refused with 429.",
    };

    private static readonly Option<int?> RestPerSecond = new("--rest-per-second")
    {
        Description = "REST calls in a second; over it they are answered 429 with Retry-After.",
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON object when ready, and nothing else on standard output.",
    };

    public static readonly Option<bool> ExitWithParent = new("--exit-with-parent")
    {
        Description = "Stop when standard input closes, so that no process outlives its parent.",
    };

    public static IReadOnlyList<Option> All { get; } =
    [
        Name, Port, Keys, Config, FaultPlan, Data, PublicEndpoint, Origin, RecoverySeconds, Sku, Units,
        MaxConnections, MessagesPerDay, RestPerSecond, AllowEntra, Json, ExitWithParent,
    ];

    /// <summary>Reads all that was given; what cannot be used is a <see cref="FormatException"/> of one line.</summary>
    public static async Task<EmulatorOptions> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var config = parsed.GetValue(Config) is { } file
            ? EmulatorConfigReader.Read(await File.ReadAllTextAsync(file.FullName, cancellationToken))
            : EmulatorConfig.Empty;
        var faults = parsed.GetValue(FaultPlan) is { } plan
            ? InstanceFaultKinds.Reader.Read(await File.ReadAllBytesAsync(plan.FullName, cancellationToken))
            : null;
        return new EmulatorOptions
        {
            Name = parsed.GetRequiredValue(Name),
            Port = PortOf(parsed, config),
            AccessKeys = parsed.GetValue(Keys) is { Length: > 0 } given ? given : [config.AccessKey ?? AccessKeys.Default],
            EventHandlers = config.EventHandlers,
            ConfigFile = parsed.GetValue(Config)?.FullName,
            Faults = faults,
            AllowUnvalidatedEntraTokens = parsed.GetValue(AllowEntra) || config.AllowUnvalidatedEntraTokens,
            DataFolder = parsed.GetValue(Data)?.FullName,
            PublicEndpoint = parsed.GetValue(PublicEndpoint) is { } text ? ParseEndpoint(text) : null,
            Origin = parsed.GetValue(Origin),
            LogLevels = config.LogLevels,
            Quotas = QuotasOf(parsed),
            Limits = new HubLimits { RecoveryWindow = RecoveryWindowOf(parsed.GetValue(RecoverySeconds)) },
        };
    }

    private static QuotaOptions QuotasOf(ParseResult parsed)
    {
        var tier = parsed.GetValue(Sku) is { } sku
            ? PriceTier.QuotasOf(sku, parsed.GetValue(Units))
            : QuotaOptions.Unlimited;
        if (parsed.GetValue(Sku) is null && parsed.GetValue(Units) is not null)
        {
            throw new FormatException("--units needs --sku.");
        }

        return tier with
        {
            Connections = AtLeastOne(parsed, MaxConnections) ?? tier.Connections,
            MessagesPerDay = AtLeastOne(parsed, MessagesPerDay) ?? tier.MessagesPerDay,
            RestCallsPerSecond = AtLeastOne(parsed, RestPerSecond),
        };
    }

    private static int? AtLeastOne(ParseResult parsed, Option<int?> option) => parsed.GetValue(option) switch
    {
        < 1 and var number => throw new FormatException($"{option.Name} is {number}; it must be at least 1."),
        var number => number,
    };

    private static TimeSpan RecoveryWindowOf(int seconds) => seconds is >= 0 and <= MaxRecoverySeconds
        ? TimeSpan.FromSeconds(seconds)
        : throw new FormatException(
            $"--recovery-seconds is {seconds}; it must be a whole number from 0 to {MaxRecoverySeconds}.");

    private static int PortOf(ParseResult parsed, EmulatorConfig config)
    {
        var isGiven = parsed.GetResult(Port) is { Implicit: false };
        var port = isGiven ? parsed.GetValue(Port) : config.Port ?? DefaultPort;
        return port is >= 0 and <= ushort.MaxValue
            ? port
            : throw new FormatException($"--port is {port}; a port is 0 to {ushort.MaxValue}.");
    }

    private static Uri ParseEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is ("http" or "https")
            ? endpoint
            : throw new FormatException($"--public-endpoint is '{text}'; it must be an absolute http or https URL.");
}

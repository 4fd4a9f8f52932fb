using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;

namespace ServerlessGateway.WebPubSubEmulator.Configuration;

/// <summary>
/// Reads the configuration file of Microsoft's emulator, so that a project that has one can use it as it is.
/// https://github.com/Azure/azure-webpubsub/tree/main/tools/emulator
/// </summary>
internal static class EmulatorConfigReader
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private static readonly Dictionary<string, string> UnsupportedAtRoot = new()
    {
        ["AllowedHosts"] = "only loopback is listened to",
        ["Kestrel"] = "the server listens on loopback at --port or Urls",
    };

    private static readonly Dictionary<string, string> UnsupportedInSection = new()
    {
        ["ConnectionString"] = "it follows from the port and the AccessKey",
        ["EventHandlerTimeout"] = "it is 100 s, as in the service",
    };

    private static readonly Dictionary<string, string> UnsupportedInLogging = new()
    {
        ["Console"] = "log lines go to standard error, one line each",
        ["Debug"] = "log lines go to standard error only",
        ["EventSource"] = "log lines go to standard error only",
    };

    public static EmulatorConfig Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            return ReadRoot(new ConfigNode(document.RootElement, ""));
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The configuration is not valid JSON: {exception.Message}", exception);
        }
    }

    private static EmulatorConfig ReadRoot(ConfigNode root)
    {
        var config = EmulatorConfig.Empty;
        foreach (var (key, node) in root.Members(UnsupportedAtRoot, "WebPubSub", "Urls", "Logging"))
        {
            config = key switch
            {
                "Urls" => config with { Port = PortOf(node) },
                "Logging" => config with { LogLevels = LogLevelsOf(node) },
                _ => ReadSection(config, node),
            };
        }

        return config;
    }

    private static EmulatorConfig ReadSection(EmulatorConfig config, ConfigNode section)
    {
        foreach (var (key, node) in section.Members(
            UnsupportedInSection, "Hubs", "AccessKey", "AllowUnvalidatedEntraTokens"))
        {
            config = key switch
            {
                "AccessKey" => config with { AccessKey = node.Text() },
                "AllowUnvalidatedEntraTokens" => config with { AllowUnvalidatedEntraTokens = node.Flag() },
                _ => config with { EventHandlers = EventHandlerConfigReader.ReadHubs(node) },
            };
        }

        return config;
    }

    private static int PortOf(ConfigNode node)
    {
        var text = node.Text();
        if (text.Contains(';', StringComparison.Ordinal)) throw node.Bad($"is '{text}'; one URL is supported");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != "http" || !url.IsLoopback)
        {
            throw node.Bad($"is '{text}'; supported is http on loopback, as http://localhost:8080");
        }

        return url.Port;
    }

    private static Dictionary<string, LogLevel> LogLevelsOf(ConfigNode logging)
    {
        var levels = new Dictionary<string, LogLevel>(StringComparer.Ordinal);
        foreach (var (_, section) in logging.Members(UnsupportedInLogging, "LogLevel"))
        {
            foreach (var (category, node) in section.Members())
            {
                levels[category] = Enum.TryParse<LogLevel>(node.Text(), ignoreCase: true, out var level)
                    ? level
                    : throw node.Bad($"is '{node.Text()}'; allowed are {string.Join(", ", Enum.GetNames<LogLevel>())}");
            }
        }

        return levels;
    }
}

using ServerlessGateway.WebPubSubEmulator.Configuration;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>Reads the section <c>WebPubSub:Hubs</c> of a configuration: where the events of each hub go.</summary>
internal static class EventHandlerConfigReader
{
    private const string Fallback = "_default";

    private static readonly string[] SystemEvents = ["connect", "connected", "disconnected"];

    private static readonly Dictionary<string, string> UnsupportedInHub = new()
    {
        ["EventListeners"] = "there are no Event Hubs to send events to; use EventHandlers",
        ["AnonymousConnectPolicy"] = "every client needs a token",
        ["WebSocketKeepAliveIntervalInSeconds"] = "it is 20 s, the default of the service",
    };

    private static readonly Dictionary<string, string> UnsupportedInHandler = new()
    {
        ["Auth"] = "events are sent without credentials; they are signed with the access keys",
        ["UserEventPattern"] = "it is called EventPattern",
    };

    /// <summary>The event handlers of a whole configuration file.</summary>
    public static EventHandlerConfig Read(string json) => EmulatorConfigReader.Read(json).EventHandlers;

    public static EventHandlerConfig ReadHubs(ConfigNode node)
    {
        var hubs = new Dictionary<HubName, IReadOnlyList<EventHandlerRule>>();
        IReadOnlyList<EventHandlerRule> fallback = [];
        foreach (var (hub, settings) in node.Members())
        {
            var rules = ReadHub(settings);
            if (hub == Fallback) fallback = rules;
            else if (!HubName.TryParse(hub, out var name)) throw settings.Bad("is not a valid hub name");
            else if (!hubs.TryAdd(name, rules)) throw settings.Bad("is named twice");
        }

        return new EventHandlerConfig(hubs, fallback);
    }

    private static List<EventHandlerRule> ReadHub(ConfigNode hub) =>
        [.. hub.Members(UnsupportedInHub, "EventHandlers").SelectMany(member => member.Node.Items()).Select(ReadRule)];

    private static EventHandlerRule ReadRule(ConfigNode handler)
    {
        string? url = null;
        var pattern = "";
        var system = new List<string>();
        foreach (var (key, node) in handler.Members(UnsupportedInHandler, "UrlTemplate", "SystemEvents", "EventPattern"))
        {
            switch (key)
            {
                case "UrlTemplate":
                    url = UrlOf(node);
                    break;
                case "EventPattern":
                    pattern = PatternOf(node);
                    break;
                default:
                    system.AddRange(node.Items().Select(SystemEvent));
                    break;
            }
        }

        return new EventHandlerRule(url ?? throw handler.Bad("has no UrlTemplate"), system, pattern);
    }

    private static string SystemEvent(ConfigNode item)
    {
        var name = item.Text();
        return SystemEvents.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? name
            : throw item.Bad($"is '{name}'; allowed are {string.Join(", ", SystemEvents)}");
    }

    private static string PatternOf(ConfigNode node)
    {
        var pattern = node.Text();
        var wrong = pattern.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(name => name != "*" && !EventName.IsValid(name));
        return wrong is null
            ? pattern
            : throw node.Bad($"holds '{wrong}'; allowed are '*' for all events, or names with commas between");
    }

    private static string UrlOf(ConfigNode node)
    {
        var template = node.Text();
        if (template.Contains("{@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase))
        {
            throw node.Bad("refers to Key Vault, which is not supported: there is none to ask");
        }

        if (template.StartsWith("tunnel:", StringComparison.OrdinalIgnoreCase))
        {
            throw node.Bad("is a tunnel, which is not supported: the handler can be reached directly");
        }

        var filled = template
            .Replace("{hub}", "hub", StringComparison.OrdinalIgnoreCase)
            .Replace("{event}", "event", StringComparison.OrdinalIgnoreCase);
        if (filled.Contains('{', StringComparison.Ordinal) || filled.Contains('}', StringComparison.Ordinal))
        {
            throw node.Bad($"is '{template}'; only {{hub}} and {{event}} can be filled in");
        }

        if (!Uri.TryCreate(filled, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw node.Bad($"is '{template}'; it must be an absolute http or https URL");
        }

        var authority = template[(template.IndexOf("://", StringComparison.Ordinal) + 3)..].Split(['/', '?', '#'], 2)[0];
        if (authority.Contains('{', StringComparison.Ordinal)) throw node.Bad("must not fill in its host name");
        return template;
    }
}

using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>
/// Reads the configuration in the format of Microsoft's emulator. A key that is not known or a value that cannot be used
/// is a <see cref="FormatException"/> of one line, with the place, the value and what is allowed: a misspelt setting
/// should stop the start, not change what runs.
/// </summary>
internal static class EventHandlerConfigReader
{
    private const string Fallback = "_default";

    private static readonly string[] SystemEvents = ["connect", "connected", "disconnected"];

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static EventHandlerConfig Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            return ReadRoot(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The configuration is not valid JSON: {exception.Message}", exception);
        }
    }

    private static EventHandlerConfig ReadRoot(JsonElement root)
    {
        var hubs = new Dictionary<HubName, IReadOnlyList<EventHandlerRule>>();
        IReadOnlyList<EventHandlerRule> fallback = [];
        foreach (var (_, section) in Members(root, "", "WebPubSub"))
        {
            foreach (var (_, byName) in Members(section, "WebPubSub", "Hubs"))
            {
                foreach (var hub in Object(byName, "WebPubSub:Hubs").EnumerateObject())
                {
                    var path = $"WebPubSub:Hubs:{hub.Name}";
                    var rules = ReadHub(hub.Value, path);
                    if (hub.Name == Fallback) fallback = rules;
                    else if (!HubName.TryParse(hub.Name, out var name)) throw Bad(path, "is not a valid hub name");
                    else if (!hubs.TryAdd(name, rules)) throw Bad(path, "is named twice");
                }
            }
        }

        return new EventHandlerConfig(hubs, fallback);
    }

    private static List<EventHandlerRule> ReadHub(JsonElement hub, string path)
    {
        var rules = new List<EventHandlerRule>();
        foreach (var (_, handlers) in Members(hub, path, "EventHandlers"))
        {
            path += ":EventHandlers";
            if (handlers.ValueKind != JsonValueKind.Array) throw Bad(path, "must be an array");
            rules.AddRange(handlers.EnumerateArray().Select((handler, index) => ReadRule(handler, $"{path}[{index}]")));
        }

        return rules;
    }

    private static EventHandlerRule ReadRule(JsonElement handler, string path)
    {
        string? url = null;
        var pattern = "";
        var system = new List<string>();
        foreach (var (key, value) in Members(handler, path, "UrlTemplate", "SystemEvents", "EventPattern"))
        {
            switch (key)
            {
                case "UrlTemplate":
                    url = Text(value, $"{path}:{key}");
                    break;
                case "EventPattern":
                    pattern = Text(value, $"{path}:{key}");
                    break;
                default:
                    if (value.ValueKind != JsonValueKind.Array) throw Bad($"{path}:{key}", "must be an array");
                    system.AddRange(value.EnumerateArray().Select(item => SystemEvent(item, $"{path}:{key}")));
                    break;
            }
        }

        CheckUrl(url ?? throw Bad($"{path}:UrlTemplate", "is missing"), $"{path}:UrlTemplate");
        return new EventHandlerRule(url, system, pattern);
    }

    private static string SystemEvent(JsonElement item, string path)
    {
        var name = Text(item, path);
        return SystemEvents.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? name
            : throw Bad(path, $"holds '{name}'; allowed are {string.Join(", ", SystemEvents)}");
    }

    private static void CheckUrl(string template, string path)
    {
        var filled = template
            .Replace("{hub}", "hub", StringComparison.OrdinalIgnoreCase)
            .Replace("{event}", "event", StringComparison.OrdinalIgnoreCase);
        if (filled.Contains('{', StringComparison.Ordinal) || filled.Contains('}', StringComparison.Ordinal))
        {
            throw Bad(path, $"is '{template}'; only {{hub}} and {{event}} can be filled in");
        }

        if (!Uri.TryCreate(filled, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw Bad(path, $"is '{template}'; it must be an absolute http or https URL");
        }

        var authority = template[(template.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/', 2)[0];
        if (authority.Contains('{', StringComparison.Ordinal)) throw Bad(path, "must not fill in its host name");
    }

    private static IEnumerable<(string Key, JsonElement Value)> Members(
        JsonElement element, string path, params string[] allowed)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in Object(element, path).EnumerateObject())
        {
            var where = path.Length == 0 ? member.Name : $"{path}:{member.Name}";
            var key = allowed.FirstOrDefault(name => string.Equals(name, member.Name, StringComparison.OrdinalIgnoreCase))
                ?? throw Bad(where, $"is not known; known are {string.Join(", ", allowed)}");
            if (!seen.Add(key)) throw Bad(where, "is named twice");
            yield return (key, member.Value);
        }
    }

    private static JsonElement Object(JsonElement element, string path) => element.ValueKind == JsonValueKind.Object
        ? element
        : throw Bad(path.Length == 0 ? "The configuration" : path, "must be an object");

    private static string Text(JsonElement element, string path) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw Bad(path, "must be a string");

    private static FormatException Bad(string path, string problem) => new($"{path} {problem}.");
}

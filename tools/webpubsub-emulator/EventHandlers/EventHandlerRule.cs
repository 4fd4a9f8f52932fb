using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>
/// One entry of a hub's event handlers: which events go where. Entries are tried in order and the first that matches
/// takes the event. https://learn.microsoft.com/azure/azure-web-pubsub/howto-develop-eventhandler
/// </summary>
internal sealed class EventHandlerRule
{
    private readonly HashSet<string> _systemEvents;
    private readonly HashSet<string> _userEvents;
    private readonly bool _allUserEvents;

    public EventHandlerRule(string urlTemplate, IEnumerable<string> systemEvents, string eventPattern)
    {
        UrlTemplate = urlTemplate;
        _systemEvents = new HashSet<string>(systemEvents, StringComparer.OrdinalIgnoreCase);
        _userEvents = new HashSet<string>(
            eventPattern.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            StringComparer.OrdinalIgnoreCase);
        _allUserEvents = _userEvents.Contains("*");
    }

    public string UrlTemplate { get; }

    public bool TakesSystemEvent(string name) => _systemEvents.Contains(name);

    public bool TakesUserEvent(string name) => _allUserEvents || _userEvents.Contains(name);

    /// <summary>The URL for an event: <c>{hub}</c> and <c>{event}</c> replaced, the query kept as it is.</summary>
    public Uri UrlFor(HubName hub, string eventName) => new(UrlTemplate
        .Replace("{hub}", Uri.EscapeDataString(hub.Value), StringComparison.OrdinalIgnoreCase)
        .Replace("{event}", Uri.EscapeDataString(eventName), StringComparison.OrdinalIgnoreCase));
}

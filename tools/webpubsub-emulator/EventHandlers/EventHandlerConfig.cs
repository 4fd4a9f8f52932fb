using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>The event handlers of every hub; the entry <c>_default</c> serves hubs that have none of their own.</summary>
internal sealed class EventHandlerConfig(
    IReadOnlyDictionary<HubName, IReadOnlyList<EventHandlerRule>> hubs,
    IReadOnlyList<EventHandlerRule> fallback)
{
    public static EventHandlerConfig Empty { get; } =
        new(new Dictionary<HubName, IReadOnlyList<EventHandlerRule>>(), []);

    public IReadOnlyCollection<HubName> Hubs => [.. hubs.Keys];

    public IReadOnlyList<EventHandlerRule> RulesOf(HubName hub) => hubs.TryGetValue(hub, out var rules) ? rules : fallback;

    public EventHandlerRule? ForSystemEvent(HubName hub, string name) =>
        RulesOf(hub).FirstOrDefault(rule => rule.TakesSystemEvent(name));

    public EventHandlerRule? ForUserEvent(HubName hub, string name) =>
        RulesOf(hub).FirstOrDefault(rule => rule.TakesUserEvent(name));
}

using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>Finds the function for an event by hub, type and name; without regard to case, and at most one for each.</summary>
internal sealed class EventFunctions
{
    private const string DefaultHub = "WebPubSubHub";
    private const string DefaultConnection = "WebPubSubConnectionString";

    private readonly Dictionary<string, EventFunction> _functions = new(StringComparer.OrdinalIgnoreCase);

    public EventFunctions(FunctionCatalog catalog, BindingExpressions expressions, IConfiguration settings)
    {
        foreach (var (function, trigger) in catalog.With<WebPubSubTriggerAttribute>())
        {
            var hub = expressions.Resolve(trigger.Hub) is { Length: > 0 } own ? own : settings[DefaultHub];
            if (string.IsNullOrEmpty(hub))
            {
                throw new InvalidOperationException($"{function.Name}: neither the trigger nor {DefaultHub} names a hub.");
            }

            if (!_functions.TryAdd(
                Key(hub, trigger.EventType, trigger.EventName),
                new EventFunction(function, Callers(trigger, settings))))
            {
                throw new InvalidOperationException(
                    $"{function.Name}: another function has the event {trigger.EventName} of the hub {hub}.");
            }
        }
    }

    public EventFunction? Find(WebPubSubConnectionContext context) =>
        _functions.GetValueOrDefault(Key(context.Hub, context.EventType, context.EventName));

    public bool AnyKnows(IReadOnlyCollection<string> origins) =>
        _functions.Values.Any(function => function.Callers.Knows(origins));

    private static string Key(string hub, WebPubSubEventType type, string name) => $"{hub}.{type}.{name}";

    private static AllowedCallers Callers(WebPubSubTriggerAttribute trigger, IConfiguration settings)
    {
        if (trigger.Connections is { Length: > 0 } names)
        {
            return AllowedCallers.Of(names.Select(name => settings[name] ?? throw new InvalidOperationException(
                $"The Web PubSub connection '{name}' is not among the app settings.")));
        }

        return AllowedCallers.Of(settings[DefaultConnection] is { Length: > 0 } connection ? [connection] : []);
    }
}

/// <summary>A function for an event, and who may send it.</summary>
internal sealed record EventFunction(FunctionEntry Function, AllowedCallers Callers);

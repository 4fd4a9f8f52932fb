#nullable disable // As in the official package, which says nothing about null here.

using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a function for the events of a hub that have this type and name.</summary>
public sealed class WebPubSubTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Binds to a hub's events, signed with a key of one of the connections.</summary>
    /// <param name="hub">The hub's name.</param>
    /// <param name="eventType">The type of the events.</param>
    /// <param name="eventName">The name of the events.</param>
    /// <param name="connections">The names of the settings that hold the connection strings of the allowed callers.</param>
    public WebPubSubTriggerAttribute(string hub, WebPubSubEventType eventType, string eventName, params string[] connections)
    {
        Hub = hub;
        EventType = eventType;
        EventName = eventName;
        Connections = connections;
    }

    /// <summary>Binds to a hub's events.</summary>
    public WebPubSubTriggerAttribute(string hub, WebPubSubEventType eventType, string eventName)
        : this(hub, eventType, eventName, null)
    {
    }

    /// <summary>Binds to events of the hub that the setting <c>WebPubSubHub</c> names.</summary>
    public WebPubSubTriggerAttribute(WebPubSubEventType eventType, string eventName, params string[] connections)
        : this("", eventType, eventName, connections)
    {
    }

    /// <summary>Binds to events of the hub that the setting <c>WebPubSubHub</c> names.</summary>
    public WebPubSubTriggerAttribute(WebPubSubEventType eventType, string eventName)
        : this("", eventType, eventName)
    {
    }

    /// <summary>The hub's name.</summary>
    public string Hub { get; }

    /// <summary>The name of the events.</summary>
    public string EventName { get; }

    /// <summary>The type of the events.</summary>
    public WebPubSubEventType EventType { get; }

    /// <summary>The names of the settings that hold the connection strings of the allowed callers.</summary>
    public string[] Connections { get; }
}

using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>The events that differ in what they carry and in whether the service waits for the answer.</summary>
internal enum EventKind
{
    Connect,
    Connected,
    Disconnected,
    User,

    /// <summary>A system event that this version does not know.</summary>
    Other,
}

internal static class EventKinds
{
    public static EventKind Of(WebPubSubEventType type, string name) => (type, name.ToUpperInvariant()) switch
    {
        (WebPubSubEventType.User, _) => EventKind.User,
        (_, "CONNECT") => EventKind.Connect,
        (_, "CONNECTED") => EventKind.Connected,
        (_, "DISCONNECTED") => EventKind.Disconnected,
        _ => EventKind.Other,
    };

    /// <summary>The type of the event's request; null for an event that this version does not know.</summary>
    public static Type? RequestType(EventKind kind) => kind switch
    {
        EventKind.Connect => typeof(ConnectEventRequest),
        EventKind.Connected => typeof(ConnectedEventRequest),
        EventKind.Disconnected => typeof(DisconnectedEventRequest),
        EventKind.User => typeof(UserEventRequest),
        _ => null,
    };
}

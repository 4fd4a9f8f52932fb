using ServerlessGateway.WebPubSubEmulator.EventHandlers;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator;

/// <summary>How one instance is started.</summary>
internal sealed record EmulatorOptions
{
    /// <summary>The name of the instance, for people.</summary>
    public string Name { get; init; } = "webpubsub";

    /// <summary>The port on loopback; 0 takes any that is free.</summary>
    public int Port { get; init; }

    /// <summary>One or two access keys, the primary one first.</summary>
    public IReadOnlyList<string> AccessKeys { get; init; } = [Access.AccessKeys.Default];

    /// <summary>The endpoint of the connection string when clients reach the instance through something else.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>What event handlers are told as <c>WebHook-Request-Origin</c>; host and port of the endpoint by default.</summary>
    public string? Origin { get; init; }

    /// <summary>Where the events of each hub go.</summary>
    public EventHandlerConfig EventHandlers { get; init; } = EventHandlerConfig.Empty;

    public HubLimits Limits { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes connection ids; each must be new.</summary>
    public Func<string> NewConnectionId { get; init; } = () => Guid.NewGuid().ToString("N");

    public LogLevel LogLevel { get; init; } = LogLevel.Warning;
}

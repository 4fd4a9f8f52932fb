using System.Security.Cryptography;
using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;
using ServerlessGateway.WebPubSubEmulator.Hub;
using ServerlessGateway.WebPubSubEmulator.Quotas;

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

    /// <summary>Whether REST callers may bring Entra's tokens, whose signatures cannot be checked here.</summary>
    public bool AllowUnvalidatedEntraTokens { get; init; }

    /// <summary>The folder for what outlives the process; null keeps nothing.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The endpoint of the connection string when clients reach the instance through something else.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>What event handlers are told as <c>WebHook-Request-Origin</c>; host and port of the endpoint by default.</summary>
    public string? Origin { get; init; }

    /// <summary>Where the events of each hub go.</summary>
    public EventHandlerConfig EventHandlers { get; init; } = EventHandlerConfig.Empty;

    /// <summary>The file that they were read from, and are read from again when it changes; null for none.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>What goes wrong from the start on; nothing by default.</summary>
    public FaultPlan? Faults { get; init; }

    public HubLimits Limits { get; init; } = new();

    /// <summary>What the instance may be used for.</summary>
    public QuotaOptions Quotas { get; init; } = QuotaOptions.Unlimited;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes connection ids; each must be new.</summary>
    public Func<string> NewConnectionId { get; init; } = () => Guid.NewGuid().ToString("N");

    /// <summary>Makes access keys, as long as Azure's.</summary>
    public Func<string> NewAccessKey { get; init; } = () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>Levels for the log lines of some categories, by how the category begins.</summary>
    public IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; } = new Dictionary<string, LogLevel>();
}

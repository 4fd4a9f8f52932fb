using ServerlessGateway.WebPubSubEmulator.EventHandlers;

namespace ServerlessGateway.WebPubSubEmulator.Configuration;

/// <summary>What a configuration file says; what it leaves out is null or empty.</summary>
internal sealed record EmulatorConfig
{
    public static EmulatorConfig Empty { get; } = new();

    public EventHandlerConfig EventHandlers { get; init; } = EventHandlerConfig.Empty;

    /// <summary>The primary access key.</summary>
    public string? AccessKey { get; init; }

    public bool AllowUnvalidatedEntraTokens { get; init; }

    /// <summary>The port of <c>Urls</c>.</summary>
    public int? Port { get; init; }

    /// <summary>The level from which log lines are written, by the beginning of their category; <c>Default</c> is for all.</summary>
    public IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; } = new Dictionary<string, LogLevel>();
}

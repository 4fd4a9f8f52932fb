using System.Globalization;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Configuration;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

/// <summary>The Service Bus part of host.json, with the host's defaults.</summary>
internal sealed record ServiceBusSettings
{
    private const int DefaultSessions = 8;
    private const int DefaultCallsPerCore = 16;

    public bool AutoCompleteMessages { get; private init; }

    public int PrefetchCount { get; private init; }

    public TimeSpan MaxAutoLockRenewalDuration { get; private init; }

    public int MaxConcurrentCalls { get; private init; }

    public int MaxConcurrentSessions { get; private init; }

    public int MaxConcurrentCallsPerSession { get; private init; }

    public TimeSpan? SessionIdleTimeout { get; private init; }

    public ServiceBusRetryOptions Retry { get; private init; } = new();

    public static ServiceBusSettings Read(IConfigurationSection section) => new()
    {
        AutoCompleteMessages = Bool(section, "autoCompleteMessages") ?? true,
        PrefetchCount = Number(section, "prefetchCount", least: 0) ?? 0,
        MaxAutoLockRenewalDuration = Time(section, "maxAutoLockRenewalDuration") ?? TimeSpan.FromMinutes(5),
        MaxConcurrentCalls = Number(section, "maxConcurrentCalls", least: 1)
            ?? Environment.ProcessorCount * DefaultCallsPerCore,
        MaxConcurrentSessions = Number(section, "maxConcurrentSessions", least: 1) ?? DefaultSessions,
        MaxConcurrentCallsPerSession = Number(section, "maxConcurrentCallsPerSession", least: 1) ?? 1,
        SessionIdleTimeout = Time(section, "sessionIdleTimeout"),
        Retry = ReadRetry(section.GetSection("clientRetryOptions")),
    };

    private static ServiceBusRetryOptions ReadRetry(IConfigurationSection section)
    {
        var retry = new ServiceBusRetryOptions();
        retry.Mode = section["mode"] is { } mode ? Parse(section, "mode", mode, Mode) : retry.Mode;
        retry.MaxRetries = Number(section, "maxRetries", least: 0) ?? retry.MaxRetries;
        retry.Delay = Time(section, "delay") ?? retry.Delay;
        retry.MaxDelay = Time(section, "maxDelay") ?? retry.MaxDelay;
        retry.TryTimeout = Time(section, "tryTimeout") ?? retry.TryTimeout;
        return retry;
    }

    private static ServiceBusRetryMode? Mode(string text) =>
        Enum.TryParse(text, ignoreCase: true, out ServiceBusRetryMode mode) ? mode : null;

    private static bool? Bool(IConfigurationSection section, string key) => section[key] is { } text
        ? Parse<bool>(section, key, text, value => bool.TryParse(value, out var parsed) ? parsed : null)
        : null;

    private static int? Number(IConfigurationSection section, string key, int least) => section[key] is { } text
        ? Parse<int>(section, key, text, value =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed >= least
                ? parsed
                : null)
        : null;

    private static TimeSpan? Time(IConfigurationSection section, string key) =>
        section[key] is { Length: > 0 } text
            ? Parse<TimeSpan>(section, key, text, value =>
                TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var parsed) && parsed >= TimeSpan.Zero
                    ? parsed
                    : null)
            : null;

    private static T Parse<T>(IConfigurationSection section, string key, string text, Func<string, T?> parse)
        where T : struct =>
        parse(text) ?? throw new InvalidOperationException($"host.json: '{text}' is no value for {section.Path}:{key}.");
}

using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

/// <summary>What only the stand-in has: where it listens, how it ends, and what the platform would hold for it.</summary>
internal sealed record StandInSettings
{
    /// <summary>The longest a stopping process waits for executions, unless set: Flex promises no more than seconds.</summary>
    private static readonly TimeSpan DefaultDrainWindow = TimeSpan.FromSeconds(5);

    /// <summary>The port on the loopback address; 0 takes any.</summary>
    public int HttpPort { get; private init; }

    public bool ExitWithParent { get; private init; }

    public TimeSpan DrainWindow { get; private init; }

    /// <summary>Whether sessions stay locked through a drain, as they do in the host (azure-sdk-for-net #58170).</summary>
    public bool KeepLocksWhileDraining { get; private init; }

    /// <summary>Opens functions of the level Function.</summary>
    public string? HostKey { get; private init; }

    /// <summary>Opens everything.</summary>
    public string? MasterKey { get; private init; }

    /// <summary>Opens the webhooks of extensions; when it is not set they are open, as under the Core Tools.</summary>
    public string? SystemKey { get; private init; }

    /// <summary>Where the processes of an app meet to run a timer in one of them only; null for an app of one process.</summary>
    public string? StateDirectory { get; private init; }

    public static StandInSettings Read(IConfiguration settings) => new()
    {
        HttpPort = Number(settings, "FUNCTIONS_HTTP_PORT", ushort.MaxValue) ?? 0,
        ExitWithParent = Flag(settings, "FUNCTIONS_EXIT_WITH_PARENT"),
        DrainWindow = Number(settings, "FUNCTIONS_STANDIN_DRAIN_SECONDS", 3600) is { } seconds
            ? TimeSpan.FromSeconds(seconds)
            : DefaultDrainWindow,
        KeepLocksWhileDraining = Flag(settings, "FUNCTIONS_STANDIN_KEEP_LOCKS_WHILE_DRAINING"),
        HostKey = Text(settings, "FUNCTIONS_STANDIN_HOST_KEY"),
        MasterKey = Text(settings, "FUNCTIONS_STANDIN_MASTER_KEY"),
        SystemKey = Text(settings, "FUNCTIONS_STANDIN_SYSTEM_KEY"),
        StateDirectory = Text(settings, "FUNCTIONS_STANDIN_STATE_DIRECTORY"),
    };

    private static string? Text(IConfiguration settings, string name) =>
        settings[name] is { Length: > 0 } text ? text : null;

    private static bool Flag(IConfiguration settings, string name) => Text(settings, name) switch
    {
        null or "0" => false,
        "1" => true,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw new InvalidOperationException($"{name} is '{text}'; it takes 0, 1, true or false."),
    };

    private static int? Number(IConfiguration settings, string name, int most)
    {
        if (Text(settings, name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw new InvalidOperationException($"{name} is '{text}'; it takes a number from 0 to {most}.");
    }
}

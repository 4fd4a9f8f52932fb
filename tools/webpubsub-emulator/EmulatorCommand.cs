using System.CommandLine;
using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.Configuration;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator;

/// <summary>The command line of the program.</summary>
internal static class EmulatorCommand
{
    private const int DefaultPort = 8080;

    // Beyond an hour, lost connections would only fill the memory.
    private const int MaxRecoverySeconds = 60 * 60;

    private static readonly Option<string> Name = new("--name")
    {
        Description = "Name of the instance, shown in log lines and in the ready line.",
        DefaultValueFactory = _ => "webpubsub",
    };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "Port on loopback; 0 takes any that is free. Default: the one of Urls in the configuration, or 8080.",
        DefaultValueFactory = _ => DefaultPort,
    };

    private static readonly Option<string[]> Keys = new("--access-key")
    {
        Description = "Access key of at least 32 bytes; once or twice, the primary one first. "
            + "Default: the one of the configuration, or the key that Microsoft's emulator publishes.",
    };

    private static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "JSON file in the format of Microsoft's emulator: event handlers of each hub, access key, URL, log levels.",
    };

    private static readonly Option<FileInfo?> FaultPlan = new("--faults")
    {
        Description = "JSON file with fault rules that are in force from the start, as PUT /faults takes them.",
    };

    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder for what outlives the process: access keys that were regenerated. "
            + "Connections, groups and messages die with it, as in the cloud with their instance.",
    };

    private static readonly Option<string?> PublicEndpoint = new("--public-endpoint")
    {
        Description = "Endpoint of the connection string when clients come through a proxy; tokens for it are accepted.",
    };

    private static readonly Option<string?> Origin = new("--origin")
    {
        Description = "What event handlers are told as WebHook-Request-Origin. Default: host and port of the endpoint.",
    };

    private static readonly Option<int> RecoverySeconds = new("--recovery-seconds")
    {
        Description = "How long a reliable client that lost its socket may take to come back.",
        DefaultValueFactory = _ => (int)new HubLimits().RecoveryWindow.TotalSeconds,
    };

    private static readonly Option<bool> AllowEntra = new("--allow-unvalidated-entra-tokens")
    {
        Description = "Let REST callers in with Entra tokens for https://webpubsub.azure.com, whose signatures nobody checks.",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON object when ready, and nothing else on standard output.",
    };

    private static readonly Option<bool> ExitWithParent = new("--exit-with-parent")
    {
        Description = "Stop when standard input closes, so that no process outlives its parent.",
    };

    public static Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand("Azure Web PubSub on one machine: clients, groups, event handlers, REST.")
        {
            Name, Port, Keys, Config, FaultPlan, Data, PublicEndpoint, Origin, RecoverySeconds, AllowEntra, Json, ExitWithParent,
        };
        command.SetAction((parsed, cancellationToken) => ServeAsync(parsed, cancellationToken));
        // Signals belong to the host, which stops in good order; a second handler would cut that short.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        WebPubSubEmulatorHost host;
        var name = parsed.GetRequiredValue(Name);
        try
        {
            host = await WebPubSubEmulatorHost.StartAsync(await ReadOptionsAsync(parsed, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or FormatException
            or UnauthorizedAccessException)
        {
            var reason = exception.Message.ReplaceLineEndings(" ");
            await Console.Error.WriteLineAsync($"webpubsub-emulator '{name}' cannot start: {reason}");
            return 1;
        }

        await using (host)
        {
            WriteReady(parsed.GetValue(Json), name, host);
            if (parsed.GetValue(ExitWithParent)) StopWithParent(host);
            await host.WaitForShutdownAsync(cancellationToken);
        }

        return 0;
    }

    private static async Task<EmulatorOptions> ReadOptionsAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var config = parsed.GetValue(Config) is { } file
            ? EmulatorConfigReader.Read(await File.ReadAllTextAsync(file.FullName, cancellationToken))
            : EmulatorConfig.Empty;
        var faults = parsed.GetValue(FaultPlan) is { } plan
            ? InstanceFaultKinds.Reader.Read(await File.ReadAllBytesAsync(plan.FullName, cancellationToken))
            : null;
        return new EmulatorOptions
        {
            Name = parsed.GetRequiredValue(Name),
            Port = PortOf(parsed, config),
            AccessKeys = parsed.GetValue(Keys) is { Length: > 0 } given ? given : [config.AccessKey ?? AccessKeys.Default],
            EventHandlers = config.EventHandlers,
            Faults = faults,
            AllowUnvalidatedEntraTokens = parsed.GetValue(AllowEntra) || config.AllowUnvalidatedEntraTokens,
            DataFolder = parsed.GetValue(Data)?.FullName,
            PublicEndpoint = parsed.GetValue(PublicEndpoint) is { } text ? ParseEndpoint(text) : null,
            Origin = parsed.GetValue(Origin),
            LogLevels = config.LogLevels,
            Limits = new HubLimits { RecoveryWindow = RecoveryWindowOf(parsed.GetValue(RecoverySeconds)) },
        };
    }

    private static TimeSpan RecoveryWindowOf(int seconds) => seconds is >= 0 and <= MaxRecoverySeconds
        ? TimeSpan.FromSeconds(seconds)
        : throw new FormatException(
            $"--recovery-seconds is {seconds}; it must be a whole number from 0 to {MaxRecoverySeconds}.");

    private static int PortOf(ParseResult parsed, EmulatorConfig config)
    {
        var isGiven = parsed.GetResult(Port) is { Implicit: false };
        var port = isGiven ? parsed.GetValue(Port) : config.Port ?? DefaultPort;
        return port is >= 0 and <= ushort.MaxValue
            ? port
            : throw new FormatException($"--port is {port}; a port is 0 to {ushort.MaxValue}.");
    }

    private static Uri ParseEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is ("http" or "https")
            ? endpoint
            : throw new FormatException($"--public-endpoint is '{text}'; it must be an absolute http or https URL.");

    private static void WriteReady(bool asJson, string name, WebPubSubEmulatorHost host)
    {
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                ready = "webpubsub-emulator",
                name,
                endpoint = host.ListeningEndpoint.GetLeftPart(UriPartial.Authority),
                connectionString = host.ConnectionString,
            }));
        }
        else
        {
            Console.Out.WriteLine($"Web PubSub '{name}' listens at {host.ListeningEndpoint}");
            Console.Out.WriteLine($"Connection string: {host.ConnectionString}");
        }

        Console.Out.Flush();
    }

    // Reading standard input blocks for as long as the parent lives and cannot be cancelled, so it has a thread that
    // does not keep the process alive.
    private static void StopWithParent(WebPubSubEmulatorHost host) => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (input.Read(buffer) > 0) continue;
        host.Stop();
    })
    {
        IsBackground = true,
        Name = "parent",
    }.Start();
}

using System.CommandLine;
using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;

namespace ServerlessGateway.WebPubSubEmulator;

/// <summary>The command line of the program.</summary>
internal static class EmulatorCommand
{
    private static readonly Option<string> Name = new("--name")
    {
        Description = "Name of the instance, shown in log lines and in the ready line.",
        DefaultValueFactory = _ => "webpubsub",
    };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "Port on loopback; 0 takes any that is free.",
        DefaultValueFactory = _ => 8080,
    };

    private static readonly Option<string[]> Keys = new("--access-key")
    {
        Description = "Access key of at least 32 bytes; once or twice, the primary one first. "
            + "Default: the key that Microsoft's emulator publishes.",
    };

    private static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "JSON file with the event handlers of each hub, in the format of Microsoft's emulator.",
    };

    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder for what the instance keeps. It keeps nothing yet: connections die with the process.",
    };

    private static readonly Option<Uri?> PublicEndpoint = new("--public-endpoint")
    {
        Description = "Endpoint of the connection string when clients come through a proxy; tokens for it are accepted.",
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
            Name, Port, Keys, Config, Data, PublicEndpoint, Json, ExitWithParent,
        };
        command.SetAction((parsed, cancellationToken) => ServeAsync(parsed, cancellationToken));
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var keys = parsed.GetValue(Keys);
        var options = new EmulatorOptions
        {
            Name = parsed.GetRequiredValue(Name),
            Port = parsed.GetValue(Port),
            PublicEndpoint = parsed.GetValue(PublicEndpoint),
        };
        if (keys is { Length: > 0 }) options = options with { AccessKeys = keys };
        WebPubSubEmulatorHost host;
        try
        {
            if (parsed.GetValue(Config) is { } file)
            {
                var json = await File.ReadAllTextAsync(file.FullName, cancellationToken);
                options = options with { EventHandlers = EventHandlerConfigReader.Read(json) };
            }

            host = await WebPubSubEmulatorHost.StartAsync(options, cancellationToken);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or FormatException)
        {
            await Console.Error.WriteLineAsync($"webpubsub-emulator '{options.Name}' cannot start: {exception.Message}");
            return 1;
        }

        await using (host)
        {
            WriteReady(parsed, options, host);
            using var watching = new CancellationTokenSource();
            var parent = parsed.GetValue(ExitWithParent) ? StopWithParentAsync(host, watching.Token) : Task.CompletedTask;
            await host.WaitForShutdownAsync(cancellationToken);
            await watching.CancelAsync();
            await parent.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return 0;
    }

    private static void WriteReady(ParseResult parsed, EmulatorOptions options, WebPubSubEmulatorHost host)
    {
        if (parsed.GetValue(Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                ready = "webpubsub-emulator",
                name = options.Name,
                endpoint = host.ListeningEndpoint.GetLeftPart(UriPartial.Authority),
                connectionString = host.ConnectionString,
            }));
        }
        else
        {
            Console.Out.WriteLine($"Web PubSub '{options.Name}' listens at {host.ListeningEndpoint}");
            Console.Out.WriteLine($"Connection string: {host.ConnectionString}");
        }

        Console.Out.Flush();
    }

    private static async Task StopWithParentAsync(WebPubSubEmulatorHost host, CancellationToken cancellationToken)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        // A terminal or pipe that stays open blocks here for as long as the parent lives.
        while (await input.ReadAsync(buffer, cancellationToken) > 0) continue;
        host.Stop();
    }
}

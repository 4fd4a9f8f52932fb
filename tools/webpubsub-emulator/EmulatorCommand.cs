using System.CommandLine;
using System.Text.Json;

namespace ServerlessGateway.WebPubSubEmulator;

/// <summary>The program: reads the command line, starts one instance, says that it is ready, and waits for the end.</summary>
internal static class EmulatorCommand
{
    public static Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand("Azure Web PubSub on one machine: clients, groups, event handlers, REST.");
        foreach (var option in EmulatorArguments.All) command.Add(option);
        command.SetAction((parsed, cancellationToken) => ServeAsync(parsed, cancellationToken));
        // Signals belong to the host, which stops in good order; a second handler would cut that short.
        var parsed = command.Parse(args);
        return parsed.Errors is [var first, ..]
            ? RefuseAsync(first.Message)
            : parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        WebPubSubEmulatorHost host;
        var name = parsed.GetRequiredValue(EmulatorArguments.Name);
        try
        {
            var options = await EmulatorArguments.ReadAsync(parsed, cancellationToken);
            host = await WebPubSubEmulatorHost.StartAsync(options, cancellationToken);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or FormatException
            or UnauthorizedAccessException)
        {
            return await RefuseAsync(exception.Message);
        }

        await using (host)
        {
            WriteReady(parsed.GetValue(EmulatorArguments.Json), name, host);
            if (parsed.GetValue(EmulatorArguments.ExitWithParent)) StopWithParent(host);
            await host.WaitForShutdownAsync(cancellationToken);
        }

        return 0;
    }

    private static async Task<int> RefuseAsync(string reason)
    {
        await Console.Error.WriteLineAsync($"webpubsub-emulator cannot start: {reason.ReplaceLineEndings(" ")}");
        return 1;
    }

    private static void WriteReady(bool asJson, string name, WebPubSubEmulatorHost host)
    {
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                ready = "webpubsub-emulator",
                name,
                port = host.ListeningEndpoint.Port,
                endpoint = host.ListeningEndpoint.GetLeftPart(UriPartial.Authority),
                connectionString = host.ConnectionString,
            }));
        }
        else
        {
            var port = host.ListeningEndpoint.Port;
            Console.Out.WriteLine(
                $"Ready: Web PubSub '{name}' on port {port}; clients, REST and health at {host.ListeningEndpoint}; {host.ConnectionString}");
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

using System.Runtime.InteropServices;
using System.Text.Json;

namespace ServerlessGateway.ServiceBusEmulator;

/// <summary>The emulator as a process: says when it is ready, and ends when it is told to.</summary>
internal static class EmulatorProgram
{
    /// <summary>
    /// Runs until SIGTERM, SIGINT, the end of the parent, or the failure of the journal; returns the exit code.
    /// </summary>
    public static async Task<int> RunAsync(
        ServiceBusEmulatorOptions options, bool json, bool exitWithParent, CancellationToken cancellationToken)
    {
        await using var host = await ServiceBusEmulatorHost.StartAsync(options, cancellationToken);
        foreach (var note in host.ReplayNotes)
        {
            await Console.Error.WriteLineAsync(note);
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupted = cancellationToken.Register(() => ended.TrySetResult());
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, ended));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, ended));
        if (exitWithParent)
        {
            WatchParent(ended);
        }

        Console.WriteLine(json ? ReadyJson(host) : ReadyText(host));
        var failed = host.JournalFailed;
        if (await Task.WhenAny(ended.Task, failed) == failed)
        {
            await Console.Error.WriteLineAsync($"The journal cannot be written: {(await failed).Message}");
            return 1;
        }

        return 0;
    }

    private static void End(PosixSignalContext context, TaskCompletionSource ended)
    {
        context.Cancel = true;
        ended.TrySetResult();
    }

    /// <summary>
    /// A thread of its own: reading standard input cannot be cancelled, and it must not keep the process alive.
    /// </summary>
    private static void WatchParent(TaskCompletionSource ended)
    {
        var watcher = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[256];
            while (input.Read(buffer) > 0)
            {
                // What the parent writes does not matter, only that it is there.
            }

            ended.TrySetResult();
        })
        {
            IsBackground = true,
            Name = "parent-watcher",
        };
        watcher.Start();
    }

    private static string ReadyJson(ServiceBusEmulatorHost host) => JsonSerializer.Serialize(new
    {
        ready = "servicebus-emulator",
        amqp = host.AmqpEndPoint.ToString(),
        http = host.HttpUri.GetLeftPart(UriPartial.Authority),
        connectionString = host.ConnectionString,
    });

    private static string ReadyText(ServiceBusEmulatorHost host) =>
        $"Service Bus emulator is ready: amqp {host.AmqpEndPoint}, "
        + $"http {host.HttpUri.GetLeftPart(UriPartial.Authority)}, {host.ConnectionString}";
}

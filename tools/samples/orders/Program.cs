// A whole backend: answers every message of the namespace `orders` on the channel `replies:` + the rest of the source's
// name.
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ServerlessGateway.Backend;

var connectionString = Environment.GetEnvironmentVariable("ServiceBus");
for (var at = 0; at < args.Length; at++)
{
    connectionString = args[at] == "--connection-string" && at + 1 < args.Length ? args[at + 1] : connectionString;
}

if (string.IsNullOrEmpty(connectionString))
{
    await Console.Error.WriteLineAsync("Give a Service Bus connection string: --connection-string TEXT, or the variable ServiceBus.");
    return 2;
}

using var stop = new CancellationTokenSource();
using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
if (args.Contains("--exit-with-parent"))
{
    // A read of the standard input can not be cancelled: it gets a thread that the process does not wait for.
    new Thread(StopWithParent) { IsBackground = true }.Start();
}

await using var backend = new GatewayBackend(new GatewayBackendOptions { Name = "orders", ConnectionString = connectionString });
backend.OnError(exception => Console.Error.WriteLine(exception));
backend.OnMessage((message, answers, _) =>
{
    var source = message.Channel.Value;
    answers.Publish($"replies:{source[(source.IndexOf(':', StringComparison.Ordinal) + 1)..]}", new
    {
        Source = source,
        message.Position.Epoch,
        message.Position.Offset,
        Digest = Convert.ToHexStringLower(SHA256.HashData(message.Payload.Span)),
    });
    return ValueTask.CompletedTask;
});
backend.OnStarted(() => Console.WriteLine("""{"ready":"orders"}"""));
await backend.RunAsync(stop.Token);
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

void StopWithParent()
{
    using var input = Console.OpenStandardInput();
    var buffer = new byte[256];
    while (input.Read(buffer) > 0)
    {
    }

    stop.Cancel();
}

// The README shows the lines between the marks; a test compares them.
using ServerlessGateway.Backend;

namespace ServerlessGateway.Unit.Tests.Readme;

internal static class BackendExample
{
    public static async Task RunAsync(string connectionString, CancellationToken cancellationToken)
    {
        // <readme>
        await using var backend = new GatewayBackend(new GatewayBackendOptions
        {
            Name = "orders",
            ConnectionString = connectionString,
        });
        backend.OnMessage((message, answers, _) =>
        {
            answers.Publish($"replies:{message.User}", new { received = message.Position.Offset });
            return ValueTask.CompletedTask;
        });
        await backend.RunAsync(cancellationToken);
        // </readme>
    }
}

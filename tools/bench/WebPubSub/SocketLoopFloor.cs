using System.CommandLine;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Bench.WebPubSub;

/// <summary>
/// What a broadcast costs without an emulator: Kestrel, a list of sockets, and a loop that sends what is posted to each
/// of them. No tokens, hubs, groups or protocol, and no bound on what waits for a slow client.
/// </summary>
internal static class SocketLoopFloor
{
    public const string CommandName = "webpubsub-floor";

    /// <summary>The command that the bench starts itself with, so that the floor too is a process of its own.</summary>
    public static Command ToCommand()
    {
        var command = new Command(CommandName, "The bare socket loop; ends when its input closes.") { Hidden = true };
        command.SetAction((_, cancellationToken) => ServeAsync(cancellationToken));
        return command;
    }

    private static async Task<int> ServeAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        var sockets = new Sockets();
        app.UseWebSockets();
        app.Map("/client", sockets.HoldAsync);
        app.MapPost("/send", sockets.SendAsync);
        await app.StartAsync(cancellationToken);
        Console.WriteLine(JsonSerializer.Serialize(new { ready = CommandName, endpoint = app.Urls.Single() }));
        // It lives as long as the bench that started it.
        await Console.OpenStandardInput().CopyToAsync(Stream.Null, cancellationToken);
        await app.StopAsync(CancellationToken.None);
        return 0;
    }

    private sealed class Sockets
    {
        private readonly Lock _gate = new();
        private readonly List<WebSocket> _open = [];

        public async Task HoldAsync(HttpContext context)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            lock (_gate)
            {
                _open.Add(socket);
            }

            try
            {
                var buffer = new byte[256];
                while ((await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted)).MessageType != WebSocketMessageType.Close)
                {
                    // Clients say nothing; what is awaited is their close.
                }
            }
            catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
            {
                // A client that ends without a close has ended all the same.
            }
            finally
            {
                lock (_gate)
                {
                    _open.Remove(socket);
                }
            }
        }

        public async Task<IResult> SendAsync(HttpRequest request)
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            var frame = body.GetBuffer().AsMemory(0, (int)body.Length);
            WebSocket[] sockets;
            lock (_gate)
            {
                sockets = [.. _open];
            }

            foreach (var socket in sockets)
            {
                await socket.SendAsync(frame, WebSocketMessageType.Text, true, CancellationToken.None);
            }

            return Results.Accepted();
        }
    }
}

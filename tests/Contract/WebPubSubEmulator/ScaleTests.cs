using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>As many clients on one instance as two processes of this kind may have sockets.</summary>
public sealed class ScaleTests
{
    private const int Clients = 10_000;

    /// <summary>Handshakes, reads and closes under way at once: enough to keep both sides busy.</summary>
    private const int AtOnce = 64;

    private const string Key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH";

    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(3);

    [Fact]
    [Feature("Bounds", "10,000 connections at once")]
    public async Task Ten_thousand_connections_are_opened_used_and_closed_and_nothing_is_left_of_them()
    {
        using var guard = new CancellationTokenSource(HangGuard);
        using var process = EmulatorProgram.Start("--port", "0", "--json", "--exit-with-parent");
        var endpoint = JsonNode.Parse(await process.StandardOutput.ReadLineAsync(guard.Token) ?? "")!["endpoint"]!.GetValue<string>();
        using var http = new HttpClient();
        using var handshakes = new HttpMessageInvoker(new SocketsHttpHandler());
        await MeterAsync(http, endpoint, guard.Token);
        var before = OpenFiles(process.Id);

        var sockets = await OpenAsync(endpoint, handshakes, guard.Token);
        Assert.Equal(Clients, (await MeterAsync(http, endpoint, guard.Token))["connections"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.Accepted, await RestAsync(http, HttpMethod.Post, $"{endpoint}/api/hubs/chat/groups/all/:send", guard.Token));
        await InWavesAsync(sockets, ReadTheMessageAsync, guard.Token);
        await InWavesAsync(sockets, CloseAsync, guard.Token);

        await ReachedAsync(async () => (await MeterAsync(http, endpoint, guard.Token))["connectionsClosed"]!.GetValue<int>() == Clients);
        Assert.Equal(0, (await MeterAsync(http, endpoint, guard.Token))["connections"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.NotFound, await RestAsync(http, HttpMethod.Head, $"{endpoint}/api/hubs/chat/groups/all", guard.Token));
        await ReachedAsync(() => Task.FromResult(OpenFiles(process.Id) <= before + AtOnce));
        process.StandardInput.Close();
        await process.WaitForExitAsync(guard.Token);
    }

    private static async Task<ClientWebSocket[]> OpenAsync(
        string endpoint, HttpMessageInvoker handshakes, CancellationToken cancellationToken)
    {
        var token = TestInstance.Sign($"{endpoint}/client/hubs/chat", Key, claims: ("webpubsub.group", "all"));
        var url = new Uri($"{endpoint.Replace("http", "ws", StringComparison.Ordinal)}/client/hubs/chat?access_token={token}");
        var sockets = new ClientWebSocket[Clients];
        await InWavesAsync(
            [.. Enumerable.Range(0, Clients)],
            async (at, cancellation) =>
            {
                sockets[at] = new ClientWebSocket();
                // Ten thousand timers that never come to an end would be the client's own load.
                sockets[at].Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
                await sockets[at].ConnectAsync(url, handshakes, cancellation);
            },
            cancellationToken);
        return sockets;
    }

    private static async Task ReadTheMessageAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64];
        var read = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
        Assert.Equal(("hello", true), (Encoding.UTF8.GetString(buffer, 0, read.Count), read.EndOfMessage));
    }

    private static async Task CloseAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        socket.Dispose();
    }

    private static async Task<HttpStatusCode> RestAsync(HttpClient http, HttpMethod method, string url, CancellationToken cancellationToken)
    {
        var versioned = $"{url}?api-version=2024-12-01";
        using var request = new HttpRequestMessage(method, new Uri(versioned));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestInstance.Sign(versioned, Key));
        if (method == HttpMethod.Post) request.Content = new StringContent("hello");
        using var response = await http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    private static async Task<JsonNode> MeterAsync(HttpClient http, string endpoint, CancellationToken cancellationToken) =>
        JsonNode.Parse(await http.GetStringAsync(new Uri($"{endpoint}/meter"), cancellationToken))!;

    /// <summary>Asks until it is so: the instance lets go of a connection a moment after the client has seen its close.</summary>
    private static async Task ReachedAsync(Func<Task<bool>> isReached)
    {
        using var guard = new CancellationTokenSource(HangGuard);
        while (!await isReached())
        {
            guard.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task InWavesAsync<T>(
        IReadOnlyCollection<T> items, Func<T, CancellationToken, Task> action, CancellationToken cancellationToken) => Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (item, cancellation) => await action(item, cancellation));

    /// <summary>How many files and sockets a process has open; 0 where the system does not tell.</summary>
    private static int OpenFiles(int process) =>
        OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries($"/proc/{process}/fd").Length : 0;
}

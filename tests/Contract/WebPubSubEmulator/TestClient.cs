using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>A WebSocket client that a test drives by hand. Every wait has a hang guard; none is a pause.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    public const string Json = "json.webpubsub.azure.v1";
    public const string ReliableJson = "json.reliable.webpubsub.azure.v1";
    public const string Protobuf = "protobuf.webpubsub.azure.v1";
    public const string ReliableProtobuf = "protobuf.reliable.webpubsub.azure.v1";

    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(20);

    private readonly byte[] _buffer = new byte[2 * 1024 * 1024];

    private TestClient(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    /// <summary>The id that the <c>connected</c> message told; read by <see cref="ConnectAsync"/> for JSON clients.</summary>
    public string ConnectionId { get; private set; } = "";

    /// <summary>What a reliable client was told to recover its connection with.</summary>
    public string ReconnectionToken { get; private set; } = "";

    public static async Task<TestClient> ConnectAsync(
        string url, string? subprotocol = Json, string? authorization = null)
    {
        var client = await OpenAsync(url, subprotocol, authorization);
        if (client.Socket.SubProtocol is not (Json or ReliableJson)) return client;
        var connected = await client.ReceiveAsync();
        client.ConnectionId = connected["connectionId"]!.GetValue<string>();
        client.ReconnectionToken = connected["reconnectionToken"]?.GetValue<string>() ?? "";
        return client;
    }

    /// <summary>Opens the socket and reads nothing from it.</summary>
    public static async Task<TestClient> OpenAsync(
        string url, string? subprotocol = Json, string? authorization = null)
    {
        var socket = NewSocket(subprotocol, authorization);
        using var guard = new CancellationTokenSource(HangGuard);
        await socket.ConnectAsync(new Uri(url), guard.Token);
        return new TestClient(socket);
    }

    /// <summary>The HTTP status of a handshake that is refused; 101 when it is not.</summary>
    public static async Task<HttpStatusCode> HandshakeStatusAsync(
        string url, string? subprotocol = Json, string? authorization = null)
    {
        using var socket = NewSocket(subprotocol, authorization);
        using var guard = new CancellationTokenSource(HangGuard);
        try
        {
            await socket.ConnectAsync(new Uri(url), guard.Token);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0)
        {
            // The refusal is the outcome that is asked for.
        }

        return socket.HttpStatusCode;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task SendAsync(byte[] bytes, WebSocketMessageType type)
    {
        using var guard = new CancellationTokenSource(HangGuard);
        return Socket.SendAsync(bytes, type, true, guard.Token);
    }

    public async Task<JsonObject> ReceiveAsync()
    {
        var (type, bytes) = await ReceiveFrameAsync();
        Assert.Equal(WebSocketMessageType.Text, type);
        return JsonSerializer.Deserialize<JsonObject>(bytes)!;
    }

    public async Task<JsonObject> AskAsync(string text)
    {
        await SendAsync(text);
        return await ReceiveAsync();
    }

    public async Task<string> ReceiveTextAsync()
    {
        var (type, bytes) = await ReceiveFrameAsync();
        Assert.Equal(WebSocketMessageType.Text, type);
        return Encoding.UTF8.GetString(bytes);
    }

    public async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveFrameAsync()
    {
        using var guard = new CancellationTokenSource(HangGuard);
        var length = 0;
        while (true)
        {
            var part = await Socket.ReceiveAsync(_buffer.AsMemory(length), guard.Token);
            length += part.Count;
            if (part.EndOfMessage) return (part.MessageType, _buffer[..length]);
        }
    }

    /// <summary>Reads until the service closes and returns how; frames on the way are dropped.</summary>
    public async Task<(WebSocketCloseStatus? Status, string? Reason)> ClosedAsync()
    {
        while ((await ReceiveFrameAsync()).Type != WebSocketMessageType.Close) continue;
        return (Socket.CloseStatus, Socket.CloseStatusDescription);
    }

    /// <summary>Reads until the connection breaks without a close frame.</summary>
    public async Task BrokenAsync()
    {
        await Assert.ThrowsAsync<WebSocketException>(ClosedAsync);
    }

    /// <summary>Everything the service sent before the answer to a ping: proves that nothing else was on its way.</summary>
    public async Task<List<JsonObject>> DrainAsync()
    {
        await SendAsync("""{"type":"ping"}""");
        var frames = new List<JsonObject>();
        while (true)
        {
            var frame = await ReceiveAsync();
            if (frame["type"]!.GetValue<string>() == "pong") return frames;
            frames.Add(frame);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Socket.State == WebSocketState.Open)
            {
                using var guard = new CancellationTokenSource(HangGuard);
                await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", guard.Token);
            }
        }
        catch (WebSocketException)
        {
            // The service was faster; a test that cares reads the close before.
        }
        finally
        {
            Socket.Dispose();
        }
    }

    private static ClientWebSocket NewSocket(string? subprotocol, string? authorization)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        foreach (var one in subprotocol?.Split(',') ?? []) socket.Options.AddSubProtocol(one);
        if (authorization is not null) socket.Options.SetRequestHeader("Authorization", authorization);
        return socket;
    }
}

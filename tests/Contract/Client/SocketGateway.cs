using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ServerlessGateway.Client;
using ServerlessGateway.Protocol;
using ServerlessGateway.Unit.Tests.Client;

namespace ServerlessGateway.Contract.Tests.Client;

/// <summary>The model of the gateway behind real HTTP and real WebSockets, for the client's shell.</summary>
internal sealed class SocketGateway : IAsyncDisposable
{
    public const string Token = "good";

    private readonly WebApplication _app;
    private readonly FakeGateway _gateway;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, WebSocket> _sockets = [];
    private int _connections;

    private SocketGateway(WebApplication app)
    {
        _app = app;
        _gateway = new FakeGateway(new Random(1), 0) { Send = (connections, notice) => Pending.Add((connections, notice)) };
        app.UseWebSockets();
        app.MapPost("/api/negotiate", NegotiateAsync);
        app.Map("/ws/{connection:int}", ServeAsync);
    }

    public Uri Endpoint => new(_app.Urls.First());

    public ConcurrentQueue<NegotiateRequest> Negotiations { get; } = [];

    private List<(IReadOnlyList<int> Connections, GatewayNotice Notice)> Pending { get; } = [];

    public static async Task<SocketGateway> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var gateway = new SocketGateway(builder.Build());
        await gateway._app.StartAsync();
        return gateway;
    }

    public GatewayClientOptions Options(string token = Token) => new()
    {
        Endpoint = Endpoint,
        GetToken = _ => ValueTask.FromResult(token),
        CloseTimeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>Somebody else publishes.</summary>
    public Task AppendAsync(string channel, long number) => LockedAsync(
        () => _gateway.Append(channel, "other", new PublishItem(channel, number, RawJson.FromText($"{number}"))));

    /// <summary>Ends every socket without a word, as a broken network does.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Values)
        {
            socket.Abort();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _app.DisposeAsync();
        _sending.Dispose();
    }

    private async Task NegotiateAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = NegotiationCodec.DecodeRequest(body.ToArray())!;
        Negotiations.Enqueue(request);
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = 401;
            await context.Response.Body.WriteAsync(NegotiationCodec.Encode(ErrorDetail.Of(ErrorCodes.TokenInvalid, "Not ours.")));
            return;
        }

        var connection = Interlocked.Increment(ref _connections);
        var instance = request.Avoid?.Contains("alpha") == true ? "beta" : "alpha";
        var url = $"ws://{Endpoint.Authority}/ws/{connection}";
        await context.Response.Body.WriteAsync(NegotiationCodec.Encode(new NegotiateAnswer(
            url, "json.webpubsub.azure.v1", request.Session ?? new string('5', 32), instance, new ClientLimits())));
    }

    private async Task ServeAsync(HttpContext context, int connection)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync("json.webpubsub.azure.v1");
        _sockets[connection] = socket;
        try
        {
            await LockedAsync(() => _gateway.Connect(connection));
            await SendAsync(socket, """{"type":"system","event":"connected","userId":"u","connectionId":"c"}""");
            var buffer = new byte[1024 * 1024];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: WebSocketMessageType.Text } received)
            {
                await AnswerAsync(connection, socket, buffer.AsMemory(0, received.Count));
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            socket.Abort(); // The other end is gone; so is this one.
        }
        finally
        {
            _sockets.TryRemove(connection, out _);
            await LockedAsync(() => _gateway.Disconnect(connection));
        }
    }

    private async Task AnswerAsync(int connection, WebSocket socket, ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        if (!document.RootElement.TryGetProperty("data", out var data))
        {
            await SendAsync(socket, """{"type":"pong"}""");
            return;
        }

        var request = RequestCodec.Decode(Encoding.UTF8.GetBytes(data.GetRawText())).Request!;
        GatewayReply? reply = null;
        await LockedAsync(() => reply = _gateway.Answer(connection, request));
        var text = Encoding.UTF8.GetString(ReplyCodec.Encode(reply!));
        await SendAsync(socket, $$"""{"type":"message","from":"server","dataType":"json","data":{{text}}}""");
        await SendAsync(socket, $$"""{"type":"ack","ackId":{{request.Id}},"success":true}""");
    }

    /// <summary>Changes the model, then sends what that gave.</summary>
    private async Task LockedAsync(Action change)
    {
        List<(IReadOnlyList<int> Connections, GatewayNotice Notice)> pending;
        lock (_lock)
        {
            change();
            pending = [.. Pending];
            Pending.Clear();
        }

        foreach (var (connections, notice) in pending)
        {
            var text = Encoding.UTF8.GetString(RequestCodec.Encode(notice));
            foreach (var connection in connections)
            {
                if (_sockets.TryGetValue(connection, out var socket))
                {
                    await SendAsync(socket, $$"""{"type":"message","from":"group","group":"g","dataType":"json","data":{{text}}}""");
                }
            }
        }
    }

    private async Task SendAsync(WebSocket socket, string text)
    {
        await _sending.WaitAsync();
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            socket.Abort(); // A frame to a socket that is gone is lost, as on a network.
        }
        finally
        {
            _sending.Release();
        }
    }
}

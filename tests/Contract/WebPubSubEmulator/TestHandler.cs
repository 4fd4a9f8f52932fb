using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>One request that an event handler got.</summary>
internal sealed record HandlerRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string? Event => Header("ce-eventName");

    public long Id => long.Parse(Header("ce-id")!, System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// An event handler whose answers a test decides. <see cref="Answer"/> is called for each POST; consent is given unless
/// <see cref="Consent"/> says otherwise; every request is recorded in the order of arrival.
/// </summary>
internal sealed class TestHandler : IAsyncDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly Channel<HandlerRequest> _arrivals = Channel.CreateUnbounded<HandlerRequest>();

    private TestHandler(WebApplication app) => _app = app;

    public ConcurrentQueue<HandlerRequest> Requests { get; } = new();

    public Func<HandlerRequest, HttpResponse, Task> Answer { get; set; } = (_, response) =>
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    public Func<HandlerRequest, HttpResponse, Task> Consent { get; set; } = (_, response) =>
    {
        response.Headers["WebHook-Allowed-Origin"] = "*";
        return Task.CompletedTask;
    };

    public string Endpoint => _app.Urls.First();

    public static async Task<TestHandler> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var handler = new TestHandler(app);
        app.Run(handler.HandleAsync);
        await app.StartAsync();
        return handler;
    }

    /// <summary>Answers 204.</summary>
    public static Task Empty(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>Answers 200 with a body.</summary>
    public static Task WriteAsync(HttpResponse response, string contentType, string body)
    {
        response.ContentType = contentType;
        return response.WriteAsync(body);
    }

    /// <summary>A configuration that sends the events of the hub here.</summary>
    public string Config(string systemEvents = "", string pattern = "*", string path = "/hook/{hub}/{event}?code=secret") => $$$"""
        {"WebPubSub":{"Hubs":{"chat":{"EventHandlers":[{
          "UrlTemplate":"{{{Endpoint}}}{{{path}}}",
          "SystemEvents":[{{{string.Join(',', systemEvents.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => $"\"{name}\""))}}}],
          "EventPattern":"{{{pattern}}}"}] } } } }
        """;

    /// <summary>Waits for the next request that is not a question for consent.</summary>
    public async Task<HandlerRequest> NextAsync()
    {
        using var guard = new CancellationTokenSource(HangGuard);
        while (true)
        {
            var request = await _arrivals.Reader.ReadAsync(guard.Token);
            if (request.Method == "POST") return request;
        }
    }

    /// <summary>Waits for the next request of any kind.</summary>
    public async Task<HandlerRequest> NextOfAnyKindAsync()
    {
        using var guard = new CancellationTokenSource(HangGuard);
        return await _arrivals.Reader.ReadAsync(guard.Token);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new HandlerRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        Requests.Enqueue(request);
        await _arrivals.Writer.WriteAsync(request);
        await (request.Method == "POST" ? Answer(request, context.Response) : Consent(request, context.Response));
    }
}

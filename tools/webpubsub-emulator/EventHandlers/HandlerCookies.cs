using System.Collections.Concurrent;
using System.Net;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>
/// The cookies that event handlers set, per connection: later events of the connection carry them, so that a load
/// balancer can keep them together. Dropped with the last event of the connection.
/// </summary>
internal sealed partial class HandlerCookies(ILogger<HandlerCookies> logger)
{
    /// <summary>A handler that sets more than this for one connection loses the oldest.</summary>
    private const int MaxPerConnection = 20;

    private readonly ConcurrentDictionary<string, CookieContainer> _byConnection = new(StringComparer.Ordinal);

    public void AddTo(HttpRequestMessage request, string connectionId)
    {
        if (!_byConnection.TryGetValue(connectionId, out var cookies)) return;
        var header = cookies.GetCookieHeader(request.RequestUri!);
        if (header.Length > 0) request.Headers.TryAddWithoutValidation("Cookie", header);
    }

    /// <summary>Keeps the cookies of an answer; only those of a success count.</summary>
    public void Keep(HttpResponseMessage response, Uri url, string connectionId)
    {
        if (!response.IsSuccessStatusCode || !response.Headers.TryGetValues("Set-Cookie", out var values)) return;
        var cookies = _byConnection.GetOrAdd(
            connectionId, _ => new CookieContainer(MaxPerConnection, MaxPerConnection, CookieContainer.DefaultCookieLengthLimit));
        foreach (var value in values)
        {
            try
            {
                cookies.SetCookies(url, value);
            }
            catch (CookieException exception)
            {
                LogInvalid(logger, url, exception.Message);
            }
        }
    }

    public void Forget(string connectionId) => _byConnection.TryRemove(connectionId, out _);

    [LoggerMessage(3241, LogLevel.Warning, "Event handler {Url} set a cookie that is none: {Error}")]
    private static partial void LogInvalid(ILogger logger, Uri url, string error);
}

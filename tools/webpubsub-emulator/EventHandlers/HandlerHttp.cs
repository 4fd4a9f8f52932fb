using System.Net;
using System.Text;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>The HTTP side of calls to event handlers: straight to the URL, no cookies, no redirects, no proxy.</summary>
internal static class HandlerHttp
{
    /// <summary>Each connection of a client has at most one event in flight; this bounds them over all clients.</summary>
    private const int MaxConnections = 1024;

    public static SocketsHttpHandler Create() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = MaxConnections,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // User ids may hold any characters; handlers read header values as UTF-8.
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    };
}

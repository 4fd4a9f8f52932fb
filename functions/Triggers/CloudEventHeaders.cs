using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace ServerlessGateway.Triggers;

/// <summary>The headers of a CloudEvent in binary mode, as Web PubSub sends them.</summary>
internal sealed record CloudEventHeaders(
    string Type, string EventName, string ConnectionId, string? User, string? Signature, string? State)
{
    /// <summary>The header that carries the connection state, in both directions.</summary>
    public const string StateHeader = "ce-connectionState";

    public const string ConnectType = "azure.webpubsub.sys.connect";
    public const string ConnectedType = "azure.webpubsub.sys.connected";
    public const string DisconnectedType = "azure.webpubsub.sys.disconnected";
    public const string UserTypePrefix = "azure.webpubsub.user.";

    /// <summary>Far above what Web PubSub makes; names and ids are kept and logged.</summary>
    private const int MaxLength = 256;

    /// <summary>Reads the headers; false where a required one is missing or too long.</summary>
    public static bool TryRead(IHeaderDictionary headers, [NotNullWhen(true)] out CloudEventHeaders? read)
    {
        var (type, name, connection) = (One(headers, "ce-type"), One(headers, "ce-eventName"), One(headers, "ce-connectionId"));
        var isEvent = One(headers, "ce-specversion") == "1.0" && IsShort(type) && IsShort(name) && IsShort(connection);
        read = isEvent
            ? new CloudEventHeaders(
                type!, name!, connection!, One(headers, "ce-userId"), One(headers, "ce-signature"), One(headers, StateHeader))
            : null;
        return isEvent;
    }

    private static bool IsShort(string? value) => value is { Length: > 0 and <= MaxLength };

    private static string? One(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var values) && values.Count > 0 ? values.ToString() : null;
}

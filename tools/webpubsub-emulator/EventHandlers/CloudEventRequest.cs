using System.Globalization;
using System.Net.Http.Headers;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>Makes the HTTP request of an event: binary mode, so attributes are headers and the body is the data itself.</summary>
internal sealed class CloudEventRequest(AccessKeys keys, ServiceAddress address, TimeProvider time)
{
    public const string StateHeader = "ce-connectionState";
    public const string OriginHeader = "WebHook-Request-Origin";
    public const string VersionHeader = "ce-awpsversion";
    public const string Version = "1.0";

    public HttpRequestMessage Create(CloudEvent raised, Uri url)
    {
        var content = new ReadOnlyMemoryContent(raised.Body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(raised.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) request.Headers.TryAddWithoutValidation(name, value);
        }

        Add("ce-specversion", "1.0");
        Add(VersionHeader, Version);
        Add("ce-type", raised.Type);
        Add("ce-source", $"/hubs/{raised.Hub}/client/{raised.ConnectionId}");
        Add("ce-id", raised.Id.ToString(CultureInfo.InvariantCulture));
        Add("ce-time", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Add("ce-signature", keys.SignConnection(raised.ConnectionId));
        Add("ce-userId", raised.UserId);
        Add("ce-connectionId", raised.ConnectionId);
        Add("ce-hub", raised.Hub.Value);
        Add("ce-eventName", raised.Name);
        Add("ce-subprotocol", raised.Subprotocol);
        Add(StateHeader, raised.State);
        Add(OriginHeader, address.Origin);
        foreach (var (key, value) in raised.Metadata ?? new Dictionary<string, string>())
        {
            Add(MessageMetadata.HeaderPrefix + key.ToLowerInvariant(), value);
        }

        return request;
    }
}

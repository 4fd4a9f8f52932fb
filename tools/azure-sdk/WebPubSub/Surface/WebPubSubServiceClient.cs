#nullable disable // The official listing carries no nullability here, so consumers see the same on either build.
using Azure.Core;
using ServerlessGateway.AzureSdk.WebPubSub;

namespace Azure.Messaging.WebPubSub;

/// <summary>Calls one hub of a Web PubSub resource. Safe for use by many threads.</summary>
/// <remarks>Listing: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/webpubsub/Azure.Messaging.WebPubSub/api/Azure.Messaging.WebPubSub.net10.0.cs</remarks>
public class WebPubSubServiceClient
{
    private readonly HubRequests _requests;
    private readonly ClientAccess _access;

    /// <summary>Makes a client from a connection string.</summary>
    public WebPubSubServiceClient(string connectionString, string hub)
        : this(connectionString, hub, new WebPubSubServiceClientOptions())
    {
    }

    /// <summary>Makes a client from a connection string.</summary>
    public WebPubSubServiceClient(string connectionString, string hub, WebPubSubServiceClientOptions options)
        : this(ConnectionString.Parse(connectionString), hub, options)
    {
    }

    /// <summary>Makes a client that signs with a key of the resource.</summary>
    public WebPubSubServiceClient(Uri endpoint, string hub, AzureKeyCredential credential)
        : this(endpoint, hub, credential, new WebPubSubServiceClientOptions())
    {
    }

    /// <summary>Makes a client that signs with a key of the resource.</summary>
    public WebPubSubServiceClient(
        Uri endpoint, string hub, AzureKeyCredential credential, WebPubSubServiceClientOptions options)
        : this(endpoint, hub)
    {
        ArgumentNullException.ThrowIfNull(credential);
        _requests = HubRequests.WithKey(endpoint, hub, credential, options ?? new WebPubSubServiceClientOptions());
        _access = ClientAccess.WithKey(endpoint, hub, credential);
    }

    /// <summary>Makes a client that authenticates by Entra tokens.</summary>
    public WebPubSubServiceClient(Uri endpoint, string hub, TokenCredential credential)
        : this(endpoint, hub, credential, new WebPubSubServiceClientOptions())
    {
    }

    /// <summary>Makes a client that authenticates by Entra tokens.</summary>
    public WebPubSubServiceClient(
        Uri endpoint, string hub, TokenCredential credential, WebPubSubServiceClientOptions options)
        : this(endpoint, hub)
    {
        ArgumentNullException.ThrowIfNull(credential);
        _requests = HubRequests.WithToken(endpoint, hub, credential, options ?? new WebPubSubServiceClientOptions());
        _access = ClientAccess.WithRequests(endpoint, hub, _requests);
    }

    /// <summary>For mocks.</summary>
    protected WebPubSubServiceClient()
    {
    }

    private WebPubSubServiceClient(
        (Uri Endpoint, AzureKeyCredential Credential) settings, string hub, WebPubSubServiceClientOptions options)
        : this(settings.Endpoint, hub, settings.Credential, options)
    {
    }

    private WebPubSubServiceClient(Uri endpoint, string hub)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(hub);
        Endpoint = endpoint;
        Hub = hub;
    }

    /// <summary>The resource.</summary>
    public virtual Uri Endpoint { get; }

    /// <summary>The hub.</summary>
    public virtual string Hub { get; }

    /// <summary>Makes the URL by which one client connects; it lasts an hour by default.</summary>
    public virtual async Task<Uri> GetClientAccessUriAsync(
        TimeSpan expiresAfter = default,
        string userId = null,
        IEnumerable<string> roles = null,
        IEnumerable<string> groups = null,
        WebPubSubClientProtocol clientProtocol = WebPubSubClientProtocol.Default,
        CancellationToken cancellationToken = default) =>
        await GetClientAccessUriAsync(
            DateTimeOffset.UtcNow + (expiresAfter == default ? TimeSpan.FromHours(1) : expiresAfter),
            userId,
            roles,
            groups,
            clientProtocol,
            cancellationToken).ConfigureAwait(false);

    /// <summary>Makes the URL by which one client connects.</summary>
    public virtual async Task<Uri> GetClientAccessUriAsync(
        DateTimeOffset expiresAt,
        string userId = null,
        IEnumerable<string> roles = null,
        IEnumerable<string> groups = null,
        WebPubSubClientProtocol clientProtocol = WebPubSubClientProtocol.Default,
        CancellationToken cancellationToken = default) =>
        clientProtocol == WebPubSubClientProtocol.Default
            ? await _access.UriAsync(expiresAt, userId, roles, groups, cancellationToken).ConfigureAwait(false)
            : throw new ArgumentOutOfRangeException(nameof(clientProtocol));

    /// <summary>Sends text to every connection of the hub.</summary>
    public virtual async Task<Response> SendToAllAsync(string content, ContentType contentType = default) =>
        await SendToAllAsync(RequestContent.Create(content), OrText(contentType)).ConfigureAwait(false);

    /// <summary>Sends to every connection of the hub that the filter lets through.</summary>
    public virtual async Task<Response> SendToAllAsync(
        RequestContent content,
        ContentType contentType,
        IEnumerable<string> excluded = null,
        string filter = null,
        RequestContext context = null) =>
        await _requests.SendAsync("/:send", content, contentType, excluded, filter, context).ConfigureAwait(false);

    /// <summary>Sends text to every connection of a group.</summary>
    public virtual async Task<Response> SendToGroupAsync(string group, string content, ContentType contentType = default) =>
        await SendToGroupAsync(group, RequestContent.Create(content), OrText(contentType)).ConfigureAwait(false);

    /// <summary>Sends to every connection of a group that the filter lets through.</summary>
    public virtual async Task<Response> SendToGroupAsync(
        string group,
        RequestContent content,
        ContentType contentType,
        IEnumerable<string> excluded = null,
        string filter = null,
        RequestContext context = null) =>
        await _requests.SendAsync(
            $"/groups/{Segment.Of(group, nameof(group))}/:send", content, contentType, excluded, filter, context).ConfigureAwait(false);

    /// <summary>Adds a connection to a group.</summary>
    public virtual async Task<Response> AddConnectionToGroupAsync(
        string group, string connectionId, RequestContext context = null) =>
        await _requests.CallAsync(
            RequestMethod.Put,
            $"/groups/{Segment.Of(group, nameof(group))}/connections/{Segment.Of(connectionId, nameof(connectionId))}",
            200,
            context).ConfigureAwait(false);

    /// <summary>Adds the connections that the filter lets through to groups.</summary>
    public virtual async Task<Response> AddConnectionsToGroupsAsync(
        IEnumerable<string> groups, string filter, RequestContext context = null)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return await _requests.AddToGroupsAsync(groups, filter, context).ConfigureAwait(false);
    }

    /// <summary>Takes a connection out of a group.</summary>
    public virtual async Task<Response> RemoveConnectionFromGroupAsync(
        string group, string connectionId, RequestContext context = null) =>
        await _requests.CallAsync(
            RequestMethod.Delete,
            $"/groups/{Segment.Of(group, nameof(group))}/connections/{Segment.Of(connectionId, nameof(connectionId))}",
            204,
            context).ConfigureAwait(false);

    /// <summary>Closes a connection.</summary>
    public virtual async Task<Response> CloseConnectionAsync(
        string connectionId, string reason = null, RequestContext context = null) =>
        await _requests.CallAsync(
            RequestMethod.Delete,
            $"/connections/{Segment.Of(connectionId, nameof(connectionId))}",
            204,
            context,
            query => query.Add("reason", reason)).ConfigureAwait(false);

    /// <summary>Closes the connections of a user.</summary>
    public virtual async Task<Response> CloseUserConnectionsAsync(
        string userId, IEnumerable<string> excluded = null, string reason = null, RequestContext context = null) =>
        await _requests.CallAsync(
            RequestMethod.Post,
            $"/users/{Segment.Of(userId, nameof(userId))}/:closeConnections",
            204,
            context,
            query => query.AddAll("excluded", excluded).Add("reason", reason)).ConfigureAwait(false);

    /// <summary>Asks whether a connection is open.</summary>
    public virtual async Task<Response<bool>> ConnectionExistsAsync(string connectionId, RequestContext context = null) =>
        await _requests.ExistsAsync($"/connections/{Segment.Of(connectionId, nameof(connectionId))}", context).ConfigureAwait(false);

    /// <summary>Lists the connections of a group, page by page (at most 200 each).</summary>
    public virtual AsyncPageable<WebPubSubGroupMember> ListConnectionsInGroupAsync(
        string group, int? maxpagesize = null, int? maxCount = null, string continuationToken = null) =>
        new GroupMemberPages(
            _requests, $"/groups/{Segment.Of(group, nameof(group))}/connections", maxpagesize, maxCount, continuationToken);

    private static ContentType OrText(ContentType contentType) =>
        contentType == default ? ContentType.TextPlain : contentType;
}

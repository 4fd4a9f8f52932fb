using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Messaging.WebPubSub;

namespace ServerlessGateway.AzureSdk.WebPubSub;

/// <summary>The REST calls of one hub, over the pipeline of Azure.Core: retries and time limits are the pipeline's.</summary>
internal sealed class HubRequests
{
    private const string EntraScope = "https://webpubsub.azure.com/.default";

    private static readonly JsonSerializerOptions WithoutNulls = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly HttpPipeline _pipeline;
    private readonly Uri _endpoint;
    private readonly string _root;
    private readonly string _version;

    private HubRequests(Uri endpoint, string hub, HttpPipelinePolicy authentication, WebPubSubServiceClientOptions options)
    {
        _pipeline = HttpPipelineBuilder.Build(options, authentication);
        _endpoint = endpoint;
        _root = $"/api/hubs/{Uri.EscapeDataString(hub)}";
        _version = options.Version;
    }

    public static HubRequests WithKey(
        Uri endpoint, string hub, AzureKeyCredential credential, WebPubSubServiceClientOptions options) =>
        new(endpoint, hub, new KeyAuthenticationPolicy(credential), options);

    public static HubRequests WithToken(
        Uri endpoint, string hub, TokenCredential credential, WebPubSubServiceClientOptions options) =>
        new(endpoint, hub, new BearerTokenAuthenticationPolicy(credential, EntraScope), options);

    public Task<Response> SendAsync(
        string path,
        RequestContent content,
        ContentType contentType,
        IEnumerable<string>? excluded,
        string? filter,
        RequestContext? context)
    {
        ArgumentNullException.ThrowIfNull(content);
        var message = Create(RequestMethod.Post, path, 202, context, query => query.AddAll("excluded", excluded).Add("filter", filter));
        message.Request.Headers.SetValue("Content-Type", contentType.ToString());
        message.Request.Content = content;
        return SendAsync(message, context);
    }

    public Task<Response> AddToGroupsAsync(IEnumerable<string> groups, string? filter, RequestContext? context)
    {
        var message = Create(RequestMethod.Post, "/:addToGroups", 200, context, null);
        message.Request.Headers.SetValue("Content-Type", "application/json");
        message.Request.Content = RequestContent.Create(
            BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(new { groups, filter }, WithoutNulls)));
        return SendAsync(message, context);
    }

    public Task<Response> CallAsync(
        RequestMethod method, string path, int expected, RequestContext? context, Action<RequestQuery>? query = null) =>
        SendAsync(Create(method, path, expected, context, query), context);

    public async Task<Response<bool>> ExistsAsync(string path, RequestContext? context)
    {
        var message = Create(RequestMethod.Head, path, 200, context, null, 404);
        var response = await SendAsync(message, context).ConfigureAwait(false);
        return Response.FromValue(response.Status == 200, response);
    }

    public async Task<string> GenerateTokenAsync(TokenRequest token, int minutesToExpire, RequestContext context)
    {
        var message = Create(RequestMethod.Post, "/:generateToken", 200, context, query => query
            .Add("userId", token.UserId)
            .AddAll("role", token.Roles)
            .Add("minutesToExpire", $"{minutesToExpire}")
            .AddAll("group", token.Groups)
            .Add("clientType", "default"));
        var response = await SendAsync(message, context).ConfigureAwait(false);
        using var document = JsonDocument.Parse(response.Content);
        return document.RootElement.GetProperty("token").GetString()
            ?? throw new RequestFailedException(response);
    }

    public Task<Response> PageAsync(string path, Action<RequestQuery> query, RequestContext context) =>
        CallAsync(RequestMethod.Get, path, 200, context, query);

    public Task<Response> NextPageAsync(string nextLink, RequestContext context)
    {
        var message = _pipeline.CreateMessage(context, new StatusCodeClassifier([200]));
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(new Uri(_endpoint, nextLink));
        message.Request.Headers.SetValue("Accept", "application/json");
        return SendAsync(message, context);
    }

    private HttpMessage Create(
        RequestMethod method,
        string path,
        int expected,
        RequestContext? context,
        Action<RequestQuery>? query,
        params ReadOnlySpan<ushort> alsoExpected)
    {
        var message = _pipeline.CreateMessage(
            context, new StatusCodeClassifier([(ushort)expected, .. alsoExpected]));
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(_endpoint);
        request.Uri.AppendPath(_root + path, escape: false);
        query?.Invoke(new RequestQuery(request.Uri));
        request.Uri.AppendQuery("api-version", _version, escapeValue: true);
        request.Headers.SetValue("Accept", "application/json, text/json");
        return message;
    }

    private async Task<Response> SendAsync(HttpMessage message, RequestContext? context)
    {
        using (message)
        {
            await _pipeline.SendAsync(message, context?.CancellationToken ?? default).ConfigureAwait(false);
            var throws = context is null || !context.ErrorOptions.HasFlag(ErrorOptions.NoThrow);
            return message.Response.IsError && throws
                ? throw new RequestFailedException(message.Response)
                : message.Response;
        }
    }
}

/// <summary>Adds what is not null to the query of a request.</summary>
internal readonly struct RequestQuery(RequestUriBuilder uri)
{
    public RequestQuery Add(string name, string? value)
    {
        if (value is not null)
        {
            uri.AppendQuery(name, value, escapeValue: true);
        }

        return this;
    }

    public RequestQuery AddAll(string name, IEnumerable<string>? values)
    {
        foreach (var value in values ?? [])
        {
            Add(name, value);
        }

        return this;
    }
}

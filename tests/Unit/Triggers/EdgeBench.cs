using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Triggers;
using ServerlessGateway.Unit.Tests.Requests;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Triggers;

/// <summary>Both edges over one set of fakes.</summary>
internal sealed class EdgeBench
{
    public RequestBench Requests { get; } = new();

    public FixedDirectory Instances { get; } = FixedDirectory.AlphaAndBeta();

    public CallbackHandlers Handlers => new(
        new ConnectHandler(
            Given.Rows(Requests.Store, Requests.Time), Instances, Requests.Time, Given.Metrics(), NullLogger<ConnectHandler>.Instance),
        new DisconnectedHandler(Given.Rows(Requests.Store, Requests.Time), NullLogger<DisconnectedHandler>.Instance),
        Requests.CreateHandler());

    public CallbackAuthenticator Authenticator => new(
        Options.Create(new CallbackOptions()), Requests.Time, NullLogger<CallbackAuthenticator>.Instance);

    public WebPubSubEdge Http => new(Instances, Authenticator, Handlers, NullLogger<WebPubSubEdge>.Instance);

    public EventEdge Trigger => new(Instances, Authenticator, Handlers, Options.Create(Requests.Options));

    public static string Signature(string connectionId, string key = "key-of-alpha") => "sha256=" + Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(connectionId)));

    public async Task<HttpAnswer> SendAsync(HttpRequest request, string instance = "alpha") =>
        Assert.IsType<HttpAnswer>(await Http.HandleAsync(request, instance, default));

    public static ErrorDetail ErrorOf(HttpAnswer answer) =>
        EdgeJson.TryDeserialize<ErrorDetail>(answer.Body.Span) ?? throw new InvalidOperationException(answer.ToString());

    public static HttpRequest Request(string method, string body = "", params (string Name, string Value)[] headers)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        request.ContentLength = Encoding.UTF8.GetByteCount(body);
        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        return request;
    }

    /// <summary>An event as Web PubSub sends it.</summary>
    public static HttpRequest Event(
        string type, string name, string body, ConnectionState? state = null, string connectionId = "c1", string? signature = null)
    {
        var request = Request(
            "POST", body,
            ("ce-specversion", "1.0"), ("ce-type", type), ("ce-eventName", name), ("ce-connectionId", connectionId), ("ce-hub", "gateway"),
            ("ce-userId", "alice"), ("ce-signature", signature ?? Signature(connectionId)));
        if (state is not null)
        {
            request.Headers["ce-connectionState"] = ConnectionStateCodec.EncodeHeader(state);
        }

        return request;
    }

    public static HttpRequest Message(GatewayRequest request, ConnectionState? state) => Event(
        "azure.webpubsub.user.gateway", "gateway", Encoding.UTF8.GetString(RequestCodec.Encode(request)), state);

    public static HttpRequest Connect(string? session, string connectionId = "c1") => Event(
        "azure.webpubsub.sys.connect", "connect",
        $$"""{"claims":{"sub":["alice"]},"query":{"session":["{{session}}"]},"headers":{},"subprotocols":["json.webpubsub.azure.v1"],"clientCertificates":[]}""",
        connectionId: connectionId);
}

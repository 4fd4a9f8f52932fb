using System.Text;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Triggers;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Triggers;

public sealed class WebPubSubEdgeTests
{
    private readonly EdgeBench _bench = new();

    [Fact]
    public async Task A_client_connects_subscribes_and_leaves_over_http()
    {
        _bench.Requests.Store.Put(Given.Session(("news", null)));

        var connected = await _bench.SendAsync(EdgeBench.Connect(Given.SessionId.Value));
        Assert.Equal(200, connected.Status);
        Assert.Equal(
            """{"userId":"alice","groups":["news"],"subprotocol":"json.webpubsub.azure.v1"}""", Encoding.UTF8.GetString(connected.Body.Span));
        var state = StateOf(connected)!;

        var subscribed = await _bench.SendAsync(EdgeBench.Message(new SubscribeRequest([new("orders:1")]) { Id = 3 }, state));
        Assert.Equal(200, subscribed.Status);
        Assert.Equal(3, Assert.IsType<SubscribeAnswer>(ReplyCodec.Decode(subscribed.Body.Span)).Id);
        Assert.Equal(ConnectionState.UnknownSet, StateOf(subscribed)!.SetVersion);

        var left = await _bench.SendAsync(EdgeBench.Event(
            "azure.webpubsub.sys.disconnected", "disconnected", """{"reason":"bye"}""", StateOf(subscribed)));
        Assert.Equal(204, left.Status);
        Assert.Null(_bench.Requests.Store[Given.SessionId]!.Connection);
    }

    [Theory]
    [InlineData("azure.webpubsub.sys.connect", "connect")]
    [InlineData("azure.webpubsub.sys.connected", "connected")]
    [InlineData("azure.webpubsub.sys.disconnected", "disconnected")]
    [InlineData("azure.webpubsub.user.gateway", "gateway")]
    public async Task A_forged_callback_is_refused_and_touches_nothing(string type, string name)
    {
        _bench.Requests.Store.Put(Given.Session(("a", null)).WithCurrent("c1", "alpha"));
        var body = """{"type":"subscribe","id":1,"channels":[{"channel":"b"}]}""";

        foreach (var signature in new[] { "", "sha256=00", EdgeBench.Signature("c1", "key-of-beta"), EdgeBench.Signature("c2") })
        {
            var answer = await _bench.SendAsync(EdgeBench.Event(type, name, body, _bench.Requests.State, signature: signature));
            Assert.Equal((401, ErrorCodes.CallbackForbidden.Code), (answer.Status, EdgeBench.ErrorOf(answer).Code));
        }

        Assert.Equal((0, 0), (_bench.Requests.Store.Reads, _bench.Requests.Store.Writes));
        Assert.Empty(_bench.Requests.Events);
    }

    [Fact]
    public async Task N3_the_route_says_which_instance_calls_and_another_ones_key_does_not_open_it()
    {
        _bench.Requests.Store.Put(Given.Session());

        Assert.Equal(401, (await _bench.SendAsync(EdgeBench.Connect(Given.SessionId.Value), "beta")).Status);
        var unknown = await _bench.SendAsync(EdgeBench.Connect(Given.SessionId.Value), "gamma");
        Assert.Equal((404, ErrorCodes.UnknownInstance.Code, "gamma"), (unknown.Status, EdgeBench.ErrorOf(unknown).Code, EdgeBench.ErrorOf(unknown).Value));
        Assert.Equal(404, (await _bench.SendAsync(EdgeBench.Connect(Given.SessionId.Value), "../x")).Status);
    }

    [Fact]
    public async Task A_refused_connect_has_the_status_and_the_body_of_its_code()
    {
        _bench.Requests.Store.Put(Given.Session() with { User = "bob" });

        var answer = await _bench.SendAsync(EdgeBench.Connect(Given.SessionId.Value));

        Assert.Equal(403, answer.Status);
        Assert.Equal(
            (ErrorCodes.SessionForeign.Code, "session_foreign", Given.SessionId.Value),
            (EdgeBench.ErrorOf(answer).Code, EdgeBench.ErrorOf(answer).Name, EdgeBench.ErrorOf(answer).Value));
        Assert.Equal(400, (await _bench.SendAsync(EdgeBench.Connect("none"))).Status);
    }

    [Fact]
    public async Task An_instance_that_is_closed_refuses_with_a_status_that_the_platform_does_not_repeat()
    {
        _bench.Requests.Store.Put(Given.Session());
        _bench.Instances.Open.Clear();

        var answer = await _bench.SendAsync(EdgeBench.Connect(Given.SessionId.Value));

        Assert.Equal(ErrorCodes.InstanceClosed.Code, EdgeBench.ErrorOf(answer).Code);
        Assert.InRange(answer.Status, 400, 499);
    }

    [Fact]
    public async Task Every_refusal_of_a_clients_event_is_a_200_since_others_close_its_connection()
    {
        HttpAnswerOf[] wrong =
        [
            new(EdgeBench.Event("azure.webpubsub.user.gateway", "gateway", "rubbish", _bench.Requests.State), 4001),
            new(EdgeBench.Event("azure.webpubsub.user.message", "message", "hello", _bench.Requests.State), 4002),
            new(EdgeBench.Event("azure.webpubsub.user.gateway", "gateway", """{"type":"steal","id":1}""", _bench.Requests.State), 4002),
            new(EdgeBench.Event("azure.webpubsub.user.gateway", "gateway", new string(' ', 600_000), _bench.Requests.State), 4006),
            new(EdgeBench.Event("azure.webpubsub.user.gateway", "gateway", """{"type":"check","id":1,"channels":[]}"""), 2002),
        ];

        foreach (var (request, code) in wrong)
        {
            var answer = await _bench.SendAsync(request);
            Assert.Equal(200, answer.Status);
            Assert.Equal(code, Assert.IsType<ErrorReply>(ReplyCodec.Decode(answer.Body.Span)).Error.Code);
        }
    }

    [Fact]
    public async Task A_body_that_can_not_come_from_the_service_is_not_read_to_its_end()
    {
        var request = EdgeBench.Event("azure.webpubsub.user.gateway", "gateway", new string(' ', 1_200_000), _bench.Requests.State);
        request.ContentLength = null;

        Assert.Equal(413, (await _bench.SendAsync(request)).Status);
        Assert.True(request.Body.Position < request.Body.Length);
    }

    [Fact]
    public async Task What_is_no_cloud_event_is_refused()
    {
        Assert.Equal(400, (await _bench.SendAsync(EdgeBench.Request("POST", "{}"))).Status);
        Assert.Equal(400, (await _bench.SendAsync(EdgeBench.Event("azure.webpubsub.sys.other", "other", "{}"))).Status);
        Assert.Equal(400, (await _bench.SendAsync(EdgeBench.Event("azure.webpubsub.sys.connect", "connect", "[1"))).Status);
    }

    [Theory]
    [InlineData("127.0.0.1:8081", "alpha", "127.0.0.1:8081")]
    [InlineData("localhost:8081", "alpha", "localhost:8081")]
    [InlineData("evil.example, 127.0.0.1:8082", "beta", "127.0.0.1:8082")]
    [InlineData("127.0.0.1:8082", "alpha", null)]
    [InlineData("evil.example:8081", "alpha", null)]
    [InlineData("", "alpha", null)]
    public async Task Consent_is_given_to_the_instance_of_the_route_alone(string origin, string instance, string? allowed)
    {
        var answer = await _bench.SendAsync(EdgeBench.Request("OPTIONS", "", ("WebHook-Request-Origin", origin)), instance);

        Assert.Equal(allowed is null ? 401 : 200, answer.Status);
        Assert.Equal(allowed, answer.Headers.FirstOrDefault(header => header.Key == "WebHook-Allowed-Origin").Value);
    }

    private static ConnectionState? StateOf(HttpAnswer answer) => ConnectionStateCodec.DecodeHeader(
        answer.Headers.FirstOrDefault(header => header.Key == "ce-connectionState").Value);

    private sealed record HttpAnswerOf(Microsoft.AspNetCore.Http.HttpRequest Request, int Code);
}

using Microsoft.Azure.Functions.Worker;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Triggers;

public sealed class EventEdgeTests
{
    private readonly EdgeBench _bench = new();

    public EventEdgeTests()
    {
        _bench.Requests.Options.TriggerEdge = true;
        _bench.Requests.Store.Put(Given.Session(("a", null)));
    }

    [Fact]
    public async Task Off_it_refuses_everything_and_says_what_turns_it_on()
    {
        _bench.Requests.Options.TriggerEdge = false;

        var connect = Assert.IsType<EventErrorResponse>(await _bench.Trigger.ConnectAsync(Connect(), default));
        var message = Assert.IsType<EventErrorResponse>(await _bench.Trigger.MessageAsync(Message(_bench.Requests.State), default));
        await _bench.Trigger.DisconnectedAsync(new DisconnectedEventRequest { ConnectionContext = Context() }, default);

        Assert.All([connect, message], error => Assert.Equal(WebPubSubErrorCode.Unauthorized, error.Code));
        Assert.Contains("Gateway:TriggerEdge", connect.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, _bench.Requests.Store.Reads);
    }

    [Fact]
    public async Task The_same_handlers_answer_and_the_granted_set_counts_as_unknown()
    {
        var accepted = Assert.IsType<ConnectEventResponse>(await _bench.Trigger.ConnectAsync(Connect(), default));
        Assert.Equal(("alice", "json.webpubsub.azure.v1"), (accepted.UserId, accepted.Subprotocol));
        Assert.Equal(["a"], accepted.Groups);
        Assert.Empty(accepted.Roles);
        var state = ConnectionStateCodec.DecodeValue(accepted.ConnectionStates["gateway"].ToMemory().Span)!;
        Assert.Equal(ConnectionState.UnknownSet, state.SetVersion);

        var answer = Assert.IsType<UserEventResponse>(await _bench.Trigger.MessageAsync(Message(state), default));
        Assert.Equal(WebPubSubDataType.Json, answer.DataType);
        Assert.IsType<SubscribeAnswer>(ReplyCodec.Decode(answer.Data.ToMemory().Span));
        Assert.Equal(["join a", "read a"], _bench.Requests.Events);

        await _bench.Trigger.DisconnectedAsync(new DisconnectedEventRequest { ConnectionContext = Context(state) }, default);
        Assert.Null(_bench.Requests.Store[Given.SessionId]!.Connection);
    }

    [Fact]
    public async Task A_refused_connect_tells_its_code()
    {
        var request = Connect();
        request.Query = new Dictionary<string, string[]> { ["session"] = ["none"] };

        var refused = Assert.IsType<EventErrorResponse>(await _bench.Trigger.ConnectAsync(request, default));

        Assert.Equal(WebPubSubErrorCode.UserError, refused.Code);
        Assert.Contains("4014", refused.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_signature_or_an_unknown_origin_is_refused()
    {
        var forged = Connect();
        forged.ConnectionContext.Signature = EdgeBench.Signature("c1", "key-of-beta");
        var stranger = Connect();
        stranger.ConnectionContext.Origin = "stranger.webpubsub.azure.com";

        foreach (var request in new[] { forged, stranger })
        {
            var refused = Assert.IsType<EventErrorResponse>(await _bench.Trigger.ConnectAsync(request, default));
            Assert.Contains("4015", refused.ErrorMessage, StringComparison.Ordinal);
        }

        Assert.Equal(0, _bench.Requests.Store.Reads);
    }

    private static ConnectEventRequest Connect() => new()
    {
        ConnectionContext = Context(),
        Query = new Dictionary<string, string[]> { ["session"] = [Given.SessionId.Value] },
        Claims = new Dictionary<string, string[]>(),
        Subprotocols = ["json.webpubsub.azure.v1"],
    };

    private static UserEventRequest Message(ConnectionState state) => new()
    {
        ConnectionContext = Context(state),
        Data = BinaryData.FromBytes(RequestCodec.Encode(new ResumeRequest([new("a")]) { Id = 1 })),
        DataType = WebPubSubDataType.Json,
    };

    private static WebPubSubConnectionContext Context(ConnectionState? state = null) => new()
    {
        ConnectionId = "c1",
        UserId = "alice",
        Hub = "gateway",
        Origin = "127.0.0.1:8081",
        Signature = EdgeBench.Signature("c1"),
        Headers = new Dictionary<string, string[]>(),
        ConnectionStates = state is null
            ? null
            : new Dictionary<string, BinaryData> { ["gateway"] = BinaryData.FromBytes(ConnectionStateCodec.EncodeValue(state)!) },
    };
}

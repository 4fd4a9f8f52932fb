using ServerlessGateway.Protocol;
using ServerlessGateway.Requests;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Requests;

/// <summary>Leaving channels: out of the row first, then out of the group.</summary>
public sealed class UnsubscribeHandlerTests
{
    private readonly RequestBench _bench = new();

    [Fact]
    public async Task Unsubscribe_takes_the_channel_out_of_the_row_before_the_group()
    {
        _bench.Store.Put(Given.Session(("a", new Position("e", 1)), ("b", null)));
        _bench.Groups.Joined.UnionWith(["a", "b"]);

        var reply = await _bench.SendAsync<DoneAnswer>(new UnsubscribeRequest(["a", "never-held"]) { Id = 4 });

        Assert.Equal((4L, "unsubscribe"), (reply.Id, reply.To));
        Assert.Equal(["b"], _bench.Groups.Joined);
        Assert.Equal([Given.Channel("b")], _bench.Row.Subscriptions.Keys);

        _bench.Store.Failure = new TimeoutException();
        Assert.Equal(ErrorCodes.StoreUnavailable.Code, (await _bench.SendAsync<ErrorReply>(new UnsubscribeRequest(["b"]) { Id = 5 })).Error.Code);
        Assert.Contains("b", _bench.Groups.Joined);
    }

    [Fact]
    public async Task Unsubscribe_refuses_what_is_no_channel_and_reports_groups_it_could_not_leave()
    {
        _bench.Store.Put(Given.Session(("a", null)));
        Assert.Equal(ErrorCodes.InvalidChannel.Code, (await _bench.SendAsync<ErrorReply>(new UnsubscribeRequest(["a", "x y"]) { Id = 1 })).Error.Code);
        Assert.Single(_bench.Row.Subscriptions);

        _bench.Groups.RemoveOutcome = GroupOutcome.Failed;
        Assert.Equal(Verdict.Retry, ErrorCode.VerdictOf((await _bench.SendAsync<ErrorReply>(new UnsubscribeRequest(["a"]) { Id = 1 })).Error.Code));
    }
}

using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Requests;

/// <summary>A resume names all channels of a session, and makes its connection the current one (rules R4, R7, N4).</summary>
public sealed class ResumeHandlerTests
{
    private readonly RequestBench _bench = new();

    [Fact]
    public async Task R4_a_resume_of_what_connect_granted_needs_no_call_to_groups()
    {
        _bench.Granted(("a", null), ("b", null));

        await _bench.ResumeAsync("b", "a");

        Assert.Equal(0, _bench.Groups.AddCalls);
    }

    [Fact]
    public async Task R4_a_channel_subscribed_while_the_client_was_moving_is_joined_by_the_resume()
    {
        _bench.Granted(("a", null));

        await _bench.ResumeAsync("a", "b");

        Assert.Equal(1, _bench.Groups.AddCalls);
        Assert.Equal(["a", "b"], _bench.Groups.Joined.Order());
        Assert.Equal(["join a", "join b"], _bench.Events.Take(2));
    }

    [Fact]
    public async Task R4_a_resume_makes_the_sessions_channels_exactly_these_and_leaves_the_others()
    {
        _bench.Granted(("a", null), ("b", new Position("e", 2)), ("c", null));
        _bench.Groups.Joined.UnionWith(["a", "b", "c"]);

        await _bench.ResumeAsync("b");

        Assert.Equal(["b"], _bench.Groups.Joined);
        Assert.Equal([Given.Channel("b")], _bench.Row.Subscriptions.Keys);
        Assert.Equal(new Position("e", 2), _bench.Stored("b"));
    }

    [Fact]
    public async Task R7_the_position_of_a_channel_that_a_resume_does_not_name_is_there_when_it_is_subscribed_again()
    {
        // A new process takes up the session, and its connection breaks before it has subscribed to b.
        _bench.Granted(("a", new Position("e", 1)), ("b", new Position("e", 2)));
        _bench.Reader.Heads["b"] = 9;
        await _bench.ResumeAsync("a");
        await _bench.ResumeAsync("a");
        await _bench.SendAsync<DoneAnswer>(new PositionsRequest { Id = 3, Positions = [new("b", "e", 4)] });
        Assert.Equal([Given.Channel("a")], _bench.Row.Subscriptions.Keys);

        var answer = await _bench.SubscribeAsync("b");

        Assert.Equal((Outcome.Recovered, 5L), (answer.Channels[0].Outcome, answer.Channels[0].From));
        Assert.Equal(new Position("e", 4), _bench.Stored("b"));
        Assert.Empty(_bench.Row.Remembered);
    }

    [Fact]
    public async Task R4_after_unsubscribe_and_subscribe_a_resume_no_longer_trusts_what_connect_granted()
    {
        _bench.Granted(("a", null));
        _bench.Groups.Joined.Add("a");

        await _bench.SendAsync<DoneAnswer>(new UnsubscribeRequest(["a"]) { Id = 1 });
        // Another connection of the session takes the channel up again: row and granted set agree, this connection's
        // groups do not.
        _bench.Store.Put(_bench.Row with { Subscriptions = Given.Session(("a", null)).Subscriptions });
        await _bench.ResumeAsync("a");

        Assert.Contains("a", _bench.Groups.Joined);
    }

    [Fact]
    public async Task R4_an_unsubscribe_whose_answer_was_lost_still_makes_the_resume_join()
    {
        _bench.Granted(("a", null), ("b", null));
        var before = _bench.State;
        await _bench.SendAsync<DoneAnswer>(new UnsubscribeRequest(["a"]) { Id = 1 });
        _bench.State = before;

        await _bench.ResumeAsync("a", "b");

        Assert.Contains("a", _bench.Groups.Joined);
    }

    [Fact]
    public async Task A_second_resume_with_the_same_channels_needs_no_call_again()
    {
        _bench.Granted(("a", null));

        await _bench.ResumeAsync("a", "b");
        await _bench.ResumeAsync("a", "b");

        Assert.Equal(1, _bench.Groups.AddCalls);
    }

    [Fact]
    public async Task N4_a_resume_makes_its_connection_current_under_the_next_number()
    {
        _bench.Store.Put(Given.Session().WithCurrent("c1", "alpha").WithCurrent("c2", "beta"));

        await _bench.ResumeAsync("a");

        Assert.Equal(new SessionConnection("c1", "alpha", 3), _bench.Row.Connection);
        await _bench.ResumeAsync("a");
        Assert.Equal(3, _bench.Row.ConnectionNumber);
    }
}

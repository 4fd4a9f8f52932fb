using ServerlessGateway.Client;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>What a client stores of its positions, and when (rule R7).</summary>
public sealed class PositionRulesTests
{
    [Fact]
    public void R7_Positions_are_what_was_processed_and_ride_on_the_resume()
    {
        var driver = new CoreDriver();
        driver.Connect();
        var subscription = driver.Open("a", "e", 0);
        driver.Live("a", "e", 1, 3);
        driver.Process(subscription, driver.Items[0]);
        Assert.Equal(new Position("e", 1), driver.Core.PositionOf(ChannelName.Parse("a")));

        driver.Requests.Clear();
        driver.Cut();
        driver.FinishConnecting();
        var resume = driver.Take<ResumeRequest>();

        // Reading goes on behind what this process holds; what is stored is what the application has processed.
        Assert.Equal(new Position("e", 3), resume.Channels[0].Position);
        Assert.Equal([new ChannelPosition("a", "e", 1)], resume.Positions);
    }

    [Fact]
    public void R7_A_channel_that_is_asked_for_again_after_the_resume_brings_what_was_processed_too()
    {
        var driver = new CoreDriver();
        driver.Connect();
        var subscription = driver.Open("a", "e", 0);
        driver.Live("a", "e", 1, 3);
        driver.Process(subscription, driver.Items[0]);
        driver.Cut();
        driver.Requests.Clear();
        driver.FinishConnecting();
        var resume = driver.Take<ResumeRequest>();
        var failed = ChannelPage.Failed("a", ErrorDetail.Of(ErrorCodes.StoreUnavailable, "not now"));
        driver.Answer(new SubscribeAnswer(resume.Id, "resume", [failed]));

        driver.Advance(TimeSpan.FromSeconds(1));
        var again = driver.Take<SubscribeRequest>();

        // The position of the channel is stored as well, and 2 and 3 are not processed yet.
        Assert.Equal(new Position("e", 3), again.Channels[0].Position);
        Assert.Equal([new ChannelPosition("a", "e", 1)], again.Positions);
    }

    [Fact]
    public void R7_Positions_alone_go_at_most_every_thirty_seconds_and_before_leaving()
    {
        var driver = new CoreDriver();
        driver.Connect();
        var subscription = driver.Open("a", "e", 0);
        driver.Advance(TimeSpan.FromSeconds(30));
        Answer(driver, driver.Take<PositionsRequest>());
        driver.Live("a", "e", 1, 2);
        driver.Process(subscription, driver.Items[0]);
        driver.Advance(TimeSpan.FromSeconds(15));
        driver.Frame("""{"type":"pong"}""");
        Assert.Empty(driver.Requests);

        driver.Process(subscription, driver.Items[1]);
        driver.Give(new CloseCommand());
        Assert.NotEqual(ConnectionState.Closed, driver.Core.State);
        var last = driver.Take<PositionsRequest>();
        Answer(driver, last);

        Assert.Equal([new ChannelPosition("a", "e", 2)], last.Positions);
        Assert.Equal(ConnectionState.Closed, driver.Core.State);
    }

    [Fact]
    public void R7_A_position_that_was_brought_counts_until_the_channel_was_left()
    {
        var brought = new Position("e", 5);
        var before = new StoredSession("5f0c0000000000000000000000000000", new Dictionary<string, Position> { ["a"] = brought });
        var driver = new CoreDriver(new CoreOptions { Continue = before });
        driver.Connect();
        var unopened = driver.Subscribe("a");
        driver.Requests.Clear();
        driver.Give(new UnsubscribeCommand(unopened));
        driver.Take<UnsubscribeRequest>();

        // Nothing was read yet: who comes back goes on from where the session before stopped.
        var subscription = driver.Subscribe("a");
        var request = driver.Take<SubscribeRequest>();
        Assert.Equal(brought, request.Channels[0].Position);

        // Once messages were read and the channel was left, they must not come again.
        driver.Answer(new SubscribeAnswer(request.Id, "subscribe", [CoreDriver.Page("a", "e", 6, 7, 7)]));
        driver.Give(new UnsubscribeCommand(subscription));
        driver.Requests.Clear();
        driver.Subscribe("a");
        Assert.Null(driver.Take<SubscribeRequest>().Channels[0].Position);
    }

    [Theory]
    [InlineData(nameof(SubscriptionEnd.Cancelled), true)]
    [InlineData(nameof(SubscriptionEnd.Failed), false)]
    public void R7_Who_did_not_mean_to_leave_keeps_the_position(string end, bool leaves)
    {
        var driver = new CoreDriver();
        driver.Connect();
        var subscription = driver.Open("a", "e", 0);
        driver.Live("a", "e", 1, 3);
        driver.Process(subscription, driver.Items[0]);
        driver.Requests.Clear();

        driver.Give(new UnsubscribeCommand(subscription, Enum.Parse<SubscriptionEnd>(end)));

        Assert.Equal(leaves, driver.Requests.OfType<UnsubscribeRequest>().Any());
        Assert.Equal(new Position("e", 1), driver.Core.PositionOf(ChannelName.Parse("a")));
        Assert.Equal(new Position("e", 1), driver.Core.Positions()["a"]);

        // Also where the next attempt is given up before it is opened; leaving for good forgets it.
        driver.Give(new UnsubscribeCommand(driver.Subscribe("a"), SubscriptionEnd.Cancelled));
        driver.Requests.Clear();
        var again = driver.Subscribe("a");
        var request = driver.Take<SubscribeRequest>();
        Assert.Equal(new Position("e", 1), request.Channels[0].Position);
        driver.Answer(new SubscribeAnswer(request.Id, "subscribe", [CoreDriver.Page("a", "e", 2, 3, 3)]));
        driver.Give(new UnsubscribeCommand(again));
        Assert.Null(driver.Core.PositionOf(ChannelName.Parse("a")));
    }

    [Fact]
    public void R7_An_opening_that_is_cancelled_leaves_the_position_with_the_gateway_that_alone_knows_it()
    {
        var driver = new CoreDriver();
        driver.Connect();
        var subscription = driver.Subscribe("a");
        driver.Requests.Clear();

        driver.Give(new UnsubscribeCommand(subscription, SubscriptionEnd.Cancelled));

        Assert.Empty(driver.Requests);
    }

    [Fact]
    public void R7_As_many_positions_are_kept_as_a_session_holds_channels_the_last_ones()
    {
        var driver = new CoreDriver();
        driver.Connect();
        var limit = new ClientLimits().MaxChannelsPerSession;
        for (var at = 0; at <= limit; at++)
        {
            driver.Give(new UnsubscribeCommand(driver.Open($"room:{at}", "e", 7), SubscriptionEnd.Cancelled));
            driver.Requests.Clear();
        }

        Assert.Equal(limit, driver.Core.Positions().Count);
        Assert.Null(driver.Core.PositionOf(ChannelName.Parse("room:0")));
        Assert.Equal(new Position("e", 7), driver.Core.PositionOf(ChannelName.Parse($"room:{limit}")));
    }

    private static void Answer(CoreDriver driver, PositionsRequest request) => driver.Answer(new DoneAnswer(request.Id, "positions"));
}

using ServerlessGateway.Client;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>
/// The rules of reading, one by one; what must hold in every interleaving of them is in
/// <see cref="ClientCoreModelTests"/>.
/// </summary>
public sealed class ReadingRulesTests
{
    [Fact]
    public void R1_Anchor_11_Frames_that_overtake_the_subscribe_answer_are_held_and_follow_it()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Subscribe("a");
        var request = driver.Take<SubscribeRequest>();
        driver.Live("a", "e", 6, 7);
        Assert.Empty(driver.Items);

        var page = CoreDriver.Page("a", "e", 6, 5, 5, Outcome.Started);
        driver.Answer(new SubscribeAnswer(request.Id, "subscribe", [page]));

        Assert.Equal([6, 7], driver.Offsets);
    }

    [Fact]
    public void R2_Frames_late_doubled_and_out_of_order_are_handed_on_once_and_in_order()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);

        driver.Live("a", "e", 3, 4);
        driver.Live("a", "e", 1, 2);
        driver.Live("a", "e", 1, 2);
        driver.Live("a", "e", 5, 5);

        Assert.Equal([1, 2, 3, 4, 5], driver.Offsets);
        Assert.Equal(2, driver.Core.Statistics.Dropped);
        Assert.Empty(driver.Requests);
    }

    [Fact]
    public void R2_A_hole_is_read_from_the_log_after_a_short_time()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Live("a", "e", 3, 3);
        Assert.Empty(driver.Requests);

        driver.Advance(TimeSpan.FromSeconds(1));
        var request = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(request.Id, CoreDriver.Page("a", "e", 1, 3, 3)));

        Assert.Equal(new Position("e", 0), request.Position);
        Assert.Equal([1, 2, 3], driver.Offsets);
    }

    [Fact]
    public void R2_A_full_hold_drops_the_highest_but_remembers_that_it_exists()
    {
        var driver = new CoreDriver(new CoreOptions { MaxHeldMessages = 2 });
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Live("a", "e", 2, 9);

        // What was dropped can not come from the hold, so there is nothing to wait for.
        var request = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(request.Id, CoreDriver.Page("a", "e", 1, 2, 9) with { Live = false }));
        var next = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(next.Id, CoreDriver.Page("a", "e", 4, 9, 9)));

        Assert.Equal(new Position("e", 3), next.Position);
        Assert.Equal(CoreDriver.Range(1, 9), driver.Offsets);
    }

    [Fact]
    public void R3_Pages_are_pulled_until_one_is_live_and_one_that_begins_too_far_on_is_asked_for_again()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Subscribe("a", StartFrom.Beginning);
        var subscribe = driver.Take<SubscribeRequest>();
        driver.Answer(new SubscribeAnswer(subscribe.Id, "subscribe", [CoreDriver.Page("a", "e", 1, 2, 5)]));
        var first = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(first.Id, CoreDriver.Page("a", "e", 4, 5, 5)));
        Assert.Equal([1, 2], driver.Offsets);

        driver.Advance(TimeSpan.FromSeconds(5));
        var second = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(second.Id, CoreDriver.Page("a", "e", 3, 5, 5)));

        Assert.Equal(new Position("e", 2), second.Position);
        Assert.Equal([1, 2, 3, 4, 5], driver.Offsets);
    }

    [Fact]
    public void R4_Resume_names_every_channel_held_and_each_gets_its_own_outcome()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 5);
        driver.Open("b", "e", 5);
        driver.Open("c", "e", 5);
        driver.Cut();
        driver.FinishConnecting(instance: "beta");
        var resume = driver.Take<ResumeRequest>();
        driver.Live("a", "e", 7, 7);
        driver.Live("b", "e", 6, 6); // Exactly the next, and yet held: the answer may be another one.
        Assert.Empty(driver.Items);

        driver.Answer(new SubscribeAnswer(resume.Id, "resume",
        [
            CoreDriver.Page("a", "e", 6, 6, 6),
            CoreDriver.Page("b", "e", 9, 9, 9, Outcome.Gap) with { Gap = new OffsetRange(6, 8) },
            CoreDriver.Page("c", "f", 1, 1, 1, Outcome.Reset),
        ]));

        Assert.Equal(["a", "b", "c"], resume.Channels.Select(item => item.Channel));
        Assert.Equal([6, 7], driver.Items.Where(item => item.Channel == "a").Select(item => item.Position.Offset));
        Assert.Equal([6, 8, 9], driver.Items.Where(item => item.Channel == "b").Select(item => item.Position.Offset));
        Assert.Equal(new OffsetRange(7, 8), driver.Items.OfType<ChannelGap>().Single().Range);
        Assert.Equal(new Position("e", 5), driver.Items.OfType<ChannelReset>().Single().Previous);
        Assert.Equal(new Position("f", 1), driver.Items.Last(item => item.Channel == "c").Position);
        var resumed = driver.Outputs.OfType<SessionResumedEvent>().Single().Resumed;
        Assert.Equal(("alpha", "beta", 3), (resumed.PreviousInstance, resumed.Instance, resumed.Channels));
    }

    [Fact]
    public void A_tombstone_is_a_gap_of_one()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Notice(new MessagesFrame("a", "e", [CoreDriver.Message(1), new GatewayMessage(2, 1, null, null, 0, default, 4018)]));

        var gap = Assert.IsType<ChannelGap>(driver.Items[1]);
        Assert.Equal((new OffsetRange(2, 2), 4018), (gap.Range, gap.Code!.Value));
    }

    [Fact]
    public void A_slow_application_stops_the_reading_and_catches_up_from_the_log()
    {
        var driver = new CoreDriver(new CoreOptions { MaxQueuedMessages = 2, MaxHeldMessages = 2 });
        driver.Connect();
        var subscription = driver.Open("a", "e", 0);
        driver.Live("a", "e", 1, 9);
        driver.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([1, 2], driver.Offsets);
        Assert.Empty(driver.Requests);

        driver.Process(subscription, driver.Items[0]);
        driver.Process(subscription, driver.Items[1]);
        Assert.Equal([1, 2, 3, 4], driver.Offsets);
        driver.Process(subscription, driver.Items[2]);
        driver.Process(subscription, driver.Items[3]);

        Assert.Equal(new Position("e", 4), driver.Take<HistoryRequest>().Position);
    }

    [Fact]
    public void A_refused_channel_ends_and_leaves_the_others_alone()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Subscribe("b");
        var request = driver.Take<SubscribeRequest>();
        var page = ChannelPage.Failed("b", ErrorDetail.Of(ErrorCodes.RightMissing, "no", "b"));
        driver.Answer(new SubscribeAnswer(request.Id, "subscribe", [page]));
        driver.Live("a", "e", 1, 1);

        Assert.Equal(4004, driver.Outputs.OfType<SubscriptionEnded>().Single().Error!.Code);
        Assert.Equal([1], driver.Offsets);
    }
}

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
    public void R6_A_silent_channel_is_asked_for_although_another_one_is_busy()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("silent", "e", 0);
        driver.Open("busy", "e", 0);
        for (var minute = 1; minute <= 4 && driver.Requests.OfType<CheckRequest>().FirstOrDefault() is null; minute++)
        {
            for (var step = 0; step < 6; step++)
            {
                driver.Advance(TimeSpan.FromSeconds(10));
                driver.Frame("""{"type":"pong"}""");
                driver.Requests.OfType<PositionsRequest>().ToList().ForEach(request => Answer(driver, request));
                driver.Requests.RemoveAll(request => request is PositionsRequest);
            }

            driver.Live("busy", "e", minute, minute);
        }

        var check = driver.Requests.OfType<CheckRequest>().First();
        Assert.Equal(["silent"], check.Channels);
        Assert.InRange(driver.Now, TimeSpan.FromMinutes(2.4), TimeSpan.FromMinutes(4));

        driver.Requests.Clear();
        driver.Answer(new CheckAnswer(check.Id, [new ChannelHead("silent", "e", 2)]));
        Assert.Equal("silent", driver.Take<HistoryRequest>().Channel);
    }

    [Fact]
    public void R6_A_check_notice_is_followed_after_two_seconds_and_a_part_of_its_window()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Open("b", "e", 0);
        driver.Notice(new CheckNotice(1000));

        driver.Advance(TimeSpan.FromSeconds(1.99));
        Assert.Empty(driver.Requests);
        driver.Advance(TimeSpan.FromSeconds(1.02));

        Assert.Equal(["a", "b"], driver.Take<CheckRequest>().Channels);
    }

    [Fact]
    public void R6_A_check_that_the_store_could_not_answer_is_asked_again()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Notice(new CheckNotice(0));
        driver.Advance(TimeSpan.FromSeconds(2.1));
        var check = driver.Take<CheckRequest>();
        driver.Requests.Clear();

        driver.Answer(new CheckAnswer(
            check.Id, [new ChannelHead("a", "", 0, ErrorDetail.Of(ErrorCodes.StoreUnavailable, "later"))]));
        driver.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["a"], driver.Take<CheckRequest>().Channels);
    }

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
    public void E2_A_frame_of_another_epoch_changes_nothing_until_the_server_has_answered()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Live("a", "dead", 1, 9);
        driver.Live("a", "e", 1, 1);
        driver.Advance(TimeSpan.FromSeconds(2));
        var request = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(request.Id, CoreDriver.Page("a", "e", 2, 1, 1)));

        driver.Live("a", "dead", 10, 10);
        driver.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([1], driver.Offsets);
        Assert.Empty(driver.Items.OfType<ChannelReset>());
        Assert.Empty(driver.Requests);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(30)]
    public void E2_A_new_epoch_is_a_reset_whether_its_head_is_lower_or_higher_than_the_old_offset(long head)
    {
        // Anchor 13: an old offset against a new head, smaller and larger: never a false "recovered".
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 9);
        driver.Live("a", "f", head, head);
        driver.Advance(TimeSpan.FromSeconds(2));
        var request = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(request.Id, CoreDriver.Page("a", "f", 1, head, head, Outcome.Reset)));

        Assert.IsType<ChannelReset>(driver.Items[0]);
        Assert.Equal(CoreDriver.Range(1, head), driver.Offsets);
    }

    [Fact]
    public void E3_A_live_page_whose_head_is_below_the_highest_seen_is_a_reset()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Live("a", "e", 5, 5);
        driver.Advance(TimeSpan.FromSeconds(1));
        var request = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(request.Id, CoreDriver.Page("a", "e", 1, 2, 2)));

        Assert.Equal([1, 2], driver.Offsets);
        Assert.Equal(new Position("e", 2), driver.Items.OfType<ChannelReset>().Single().Position);
        driver.Live("a", "e", 3, 3);
        Assert.Equal([1, 2, 3], driver.Offsets);
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
    public void The_first_message_of_a_new_channel_is_no_reset()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", string.Empty, 0);
        driver.Live("a", "e", 1, 1);
        var request = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(request.Id, CoreDriver.Page("a", "e", 1, 1, 1)));

        Assert.Equal([1], driver.Offsets);
        Assert.Empty(driver.Items.OfType<ChannelReset>());
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

    private static void Answer(CoreDriver driver, PositionsRequest request) => driver.Answer(new DoneAnswer(request.Id, "positions"));
}

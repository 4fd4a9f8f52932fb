using ServerlessGateway.Client;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>What a client makes of another epoch (rules E2, E3).</summary>
public sealed class EpochRulesTests
{
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
    public void E2_A_question_about_another_epoch_that_failed_is_asked_again_though_frames_of_the_own_one_still_arrive()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        driver.Live("a", "f", 1, 1);
        driver.Advance(TimeSpan.FromSeconds(2));
        var request = driver.Take<HistoryRequest>();
        driver.Answer(new HistoryAnswer(
            request.Id, ChannelPage.Failed("a", ErrorDetail.Of(ErrorCodes.StoreUnavailable, "The store fails over."))));
        driver.Live("a", "e", 1, 1);
        driver.Notice(new HeadNotice("a", "e", 1));
        driver.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(new Position("e", 1), driver.Take<HistoryRequest>().Position);
    }

    [Fact]
    public void E2_A_check_that_names_another_epoch_is_followed_though_frames_of_the_own_one_arrive_before_the_read()
    {
        var driver = new CoreDriver();
        driver.Connect();
        foreach (var channel in new[] { "a", "b", "c", "d", "x" })
        {
            driver.Open(channel, "e", 0);
        }

        driver.Notice(new CheckNotice(0));
        driver.Advance(TimeSpan.FromSeconds(3));
        var check = Assert.Single(driver.Requests.OfType<CheckRequest>());
        driver.Requests.Clear();
        driver.Answer(new CheckAnswer(check.Id, [.. check.Channels.Select(channel => new ChannelHead(channel, "f", 1))]));
        var reads = driver.Requests.OfType<HistoryRequest>().ToList();
        var last = check.Channels.Except(reads.Select(read => read.Channel)).Single();
        driver.Requests.Clear();
        driver.Live(last, "e", 1, 1);
        driver.Answer(new HistoryAnswer(reads[0].Id, CoreDriver.Page(reads[0].Channel, "f", 1, 1, 1, Outcome.Reset)));

        Assert.Equal(last, driver.Take<HistoryRequest>().Channel);
    }

    [Fact]
    public void A_subscription_that_begins_with_a_reset_says_so_where_nothing_of_the_old_epoch_was_read()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Subscribe("a", StartFrom.After(new Position("e", 0)));
        var request = driver.Take<SubscribeRequest>();
        driver.Answer(new SubscribeAnswer(request.Id, "subscribe", [CoreDriver.Page("a", "f", 1, 1, 1, Outcome.Reset)]));

        Assert.Equal(new Position("e", 0), Assert.IsType<ChannelReset>(driver.Items[0]).Previous);
        Assert.Equal([1], driver.Offsets);
    }

    [Fact]
    public void A_reset_of_the_position_that_only_the_gateway_knows_is_said_and_nothing_counts_as_processed_before_it_is()
    {
        var driver = new CoreDriver();
        driver.Connect();
        var subscription = driver.Subscribe("a");
        var request = driver.Take<SubscribeRequest>();
        driver.Answer(new SubscribeAnswer(request.Id, "subscribe", [CoreDriver.Page("a", "f", 1, 1, 1, Outcome.Reset)]));

        Assert.Equal(Position.Beginning, Assert.IsType<ChannelReset>(driver.Items[0]).Previous);
        driver.Cut();
        driver.FinishConnecting();
        Assert.Equal([new ChannelPosition("a", string.Empty, 0)], driver.Take<ResumeRequest>().Positions);
        driver.Process(subscription, driver.Items[0]);
        Assert.Equal(new Position("f", 0), driver.Core.PositionOf(ChannelName.Parse("a")));
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
}

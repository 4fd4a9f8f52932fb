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

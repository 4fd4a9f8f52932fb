using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>How a client finds out about loss that nothing told it of (rule R6).</summary>
public sealed class CheckRulesTests
{
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

    private static void Answer(CoreDriver driver, PositionsRequest request) => driver.Answer(new DoneAnswer(request.Id, "positions"));
}

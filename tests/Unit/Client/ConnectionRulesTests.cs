using ServerlessGateway.Client;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>Connecting, losing the connection, coming back.</summary>
public sealed class ConnectionRulesTests
{
    [Fact]
    public void The_first_try_after_a_good_connection_is_immediate_and_later_ones_back_off()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Advance(TimeSpan.FromSeconds(10));
        driver.Cut();
        Assert.Equal(ConnectionState.Connecting, driver.Core.State);

        var highest = TimeSpan.Zero;
        for (var attempt = 0; attempt < 30; attempt++)
        {
            driver.Give(new AttemptFailed(driver.Attempt, ErrorDetail.Of(ErrorCodes.ConnectFailed, "m")));
            var wait = driver.Outputs.OfType<StateEvent>().Last().Change.RetryIn!.Value;
            highest = wait > highest ? wait : highest;
            driver.Advance(wait);
        }

        Assert.InRange(highest, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void More_channels_than_a_request_may_name_are_left_in_several_after_an_outage()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Cut();
        var names = Enumerable.Range(0, 200).Select(at => $"c{at}").ToList();
        foreach (var name in names)
        {
            driver.Give(new UnsubscribeCommand(driver.Subscribe(name)));
        }

        driver.FinishConnecting();

        var left = driver.Requests.OfType<UnsubscribeRequest>().Select(request => request.Channels).ToList();
        Assert.All(left, channels => Assert.InRange(channels.Count, 1, new ClientLimits().MaxChannelsPerSession));
        Assert.Equal(names, left.SelectMany(channels => channels));
    }

    [Theory]
    [InlineData(4011)]
    [InlineData(4999)]
    public void A_code_that_says_stop_ends_the_client_known_or_not(int code)
    {
        var driver = new CoreDriver();
        driver.Give(new ConnectCommand());
        driver.Publish("a");
        driver.Give(new AttemptFailed(driver.Attempt, new ErrorDetail(code, "n", "m")));

        Assert.Equal(ConnectionState.Closed, driver.Core.State);
        Assert.Equal(code, Assert.Single(driver.Results)!.Error!.Code);
    }

    [Fact]
    public void A_refused_token_is_replaced_twice_before_the_client_ends()
    {
        var driver = new CoreDriver();
        driver.Give(new ConnectCommand());
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.NotEqual(ConnectionState.Closed, driver.Core.State);
            driver.Give(new AttemptFailed(driver.Attempt, ErrorDetail.Of(ErrorCodes.TokenExpired, "m")));
            driver.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(ConnectionState.Closed, driver.Core.State);
    }

    [Fact]
    public void A_connection_on_which_nothing_arrives_is_given_up_though_it_looks_open()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Advance(TimeSpan.FromSeconds(49));
        Assert.Equal(ConnectionState.Live, driver.Core.State);
        driver.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ConnectionState.Connecting, driver.Core.State);
        Assert.Single(driver.Outputs.OfType<CloseSocketEffect>());
    }

    [Fact]
    public void Anchor_6_Closing_during_an_attempt_leaves_no_connection_behind()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Cut();
        var attempt = driver.Attempt;
        driver.Give(new CloseCommand());
        driver.Outputs.Clear();
        var answer = new NegotiateAnswer("ws://x", "p", "s", "alpha", new ClientLimits());
        driver.Give(new Negotiated(attempt, answer));

        Assert.Equal(ConnectionState.Closed, driver.Core.State);
        Assert.Empty(driver.Outputs);
    }

    [Fact]
    public void Anchor_4_What_the_old_socket_still_brings_is_not_handed_on_again()
    {
        var driver = new CoreDriver();
        driver.Connect();
        var old = driver.Attempt;
        driver.Open("a", "e", 0);
        driver.Cut();
        driver.FinishConnecting();
        var resume = driver.Take<ResumeRequest>();
        driver.Answer(new SubscribeAnswer(resume.Id, "resume", [CoreDriver.Page("a", "e", 1, 2, 2)]));
        driver.Give(new FrameReceived(old, """{"type":"system","event":"disconnected"}"""u8.ToArray()));
        driver.Live("a", "e", 1, 2);

        Assert.Equal([1, 2], driver.Offsets);
        Assert.Equal(ConnectionState.Live, driver.Core.State);
    }

    [Fact]
    public void Anchor_18_Recovery_works_the_tenth_time_as_the_first()
    {
        var driver = new CoreDriver();
        driver.Connect();
        driver.Open("a", "e", 0);
        for (var round = 1; round <= 10; round++)
        {
            driver.Advance(TimeSpan.FromSeconds(10));
            driver.Requests.Clear();
            driver.Cut();
            driver.FinishConnecting(instance: round % 2 == 0 ? "alpha" : "beta");
            var resume = driver.Take<ResumeRequest>();
            driver.Answer(new SubscribeAnswer(resume.Id, "resume", [CoreDriver.Page("a", "e", round, round, round)]));
        }

        Assert.Equal(CoreDriver.Range(1, 10), driver.Offsets);
        Assert.Equal(10, driver.Core.Statistics.Resumes);
    }

    [Fact]
    public void The_time_to_connect_is_bounded_and_the_last_reason_is_told()
    {
        var driver = new CoreDriver(new CoreOptions { ConnectTimeout = TimeSpan.FromSeconds(10) });
        driver.Give(new ConnectCommand());
        driver.Give(new AttemptFailed(driver.Attempt, ErrorDetail.Of(ErrorCodes.StoreUnavailable, "the store is away")));
        driver.Advance(TimeSpan.FromSeconds(10));

        var error = driver.Outputs.OfType<StateEvent>().Last().Change.Error!;
        Assert.Equal(5004, error.Code);
        Assert.Contains("store_unavailable", error.Message, StringComparison.Ordinal);
    }
}

using ServerlessGateway.Client;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>The rules of publishing, one by one.</summary>
public sealed class PublishingRulesTests
{
    [Fact]
    public void P2_One_request_is_in_flight_and_carries_all_that_gathered_meanwhile()
    {
        var driver = Connected();
        driver.Publish("a");
        var first = driver.Take<PublishRequest>();
        driver.Publish("a");
        driver.Publish("b");
        Assert.Empty(driver.Requests);
        driver.AnswerPublish(first, PublishItemAnswer.Accepted);

        Assert.Equal([2, 3], driver.Take<PublishRequest>().Items.Select(item => item.Number));
        Assert.Equal(PublishOutcome.Accepted, driver.Results.Single()!.Outcome);
    }

    [Fact]
    public void P2_Nothing_later_goes_to_a_channel_while_something_earlier_there_is_to_be_repeated()
    {
        var driver = Connected();
        driver.Publish("a");
        driver.AnswerPublish(driver.Take<PublishRequest>(), FakeGateway.Retry(ErrorCodes.QueueUnavailable));
        driver.Publish("a");
        driver.Publish("b");
        Assert.Equal(["b"], driver.Requests.OfType<PublishRequest>().Single().Items.Select(item => item.Channel));
        driver.AnswerPublish(driver.Take<PublishRequest>(), PublishItemAnswer.Accepted);
        driver.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([1, 2], driver.Take<PublishRequest>().Items.Select(item => item.Number));
    }

    [Fact]
    public void Anchor_1_An_outcome_lost_with_the_socket_is_repeated_under_the_same_number()
    {
        var driver = Connected();
        driver.Publish("a", "\"x\"");
        var lost = driver.Take<PublishRequest>();
        driver.Publish("a", "\"y\"");
        driver.Cut();
        driver.FinishConnecting(instance: "beta");
        var repeated = driver.Take<PublishRequest>();
        driver.AnswerPublish(repeated, PublishItemAnswer.Accepted, PublishItemAnswer.Accepted);

        Assert.Equal(lost.Publisher, repeated.Publisher);
        Assert.Equal([1, 2], repeated.Items.Select(item => item.Number));
        Assert.Equal([1, 2], driver.Results.Select(result => result!.Number));
    }

    [Fact]
    public void An_item_refused_does_not_hold_up_those_behind_it()
    {
        var driver = Connected();
        driver.Publish("b");
        var first = driver.Take<PublishRequest>();
        driver.Publish("a");
        driver.Publish("a");
        driver.AnswerPublish(first, PublishItemAnswer.Accepted);
        driver.AnswerPublish(
            driver.Take<PublishRequest>(), FakeGateway.Refused(ErrorCodes.RightMissing), FakeGateway.Retry(ErrorCodes.BehindEarlier));

        Assert.Equal(PublishOutcome.Refused, driver.Results[^1]!.Outcome);
        Assert.Equal([3], driver.Take<PublishRequest>().Items.Select(item => item.Number));
    }

    [Fact]
    public void S1_After_nine_minutes_an_unknown_outcome_is_reported_and_not_repeated()
    {
        var driver = Connected();
        driver.Publish("a");
        driver.Take<PublishRequest>();
        driver.Publish("a");
        driver.Cut();
        driver.Advance(TimeSpan.FromMinutes(9));

        var result = Assert.Single(driver.Results)!;
        Assert.Equal((PublishOutcome.Unknown, 5001), (result.Outcome, result.Error!.Code));
        driver.FinishConnecting();
        Assert.Equal([2], driver.Take<PublishRequest>().Items.Select(item => item.Number));
    }

    [Fact]
    public void S1_A_refusal_of_what_was_once_unknown_is_reported_as_unknown()
    {
        var driver = Connected();
        driver.Publish("a");
        driver.Take<PublishRequest>();
        driver.Cut();
        driver.FinishConnecting();
        driver.AnswerPublish(driver.Take<PublishRequest>(), FakeGateway.Refused(ErrorCodes.RightMissing));

        Assert.Equal(PublishOutcome.Unknown, Assert.Single(driver.Results)!.Outcome);
    }

    [Fact]
    public void Busy_is_known_not_to_have_been_taken_so_it_may_be_repeated_for_ever()
    {
        var driver = Connected();
        driver.Publish("a");
        for (var minute = 0; minute < 20; minute++)
        {
            var busy = new PublishItemAnswer(PublishStatus.Retry, ErrorDetail.Of(ErrorCodes.Busy, "m", retryAfterMs: 45_000));
            driver.AnswerPublish(driver.Take<PublishRequest>(), busy);
            for (var second = 0; second < 60; second += 10)
            {
                Assert.True(second >= 40 || driver.Requests.Count == 0);
                driver.Advance(TimeSpan.FromSeconds(10));
                driver.Frame("""{"type":"pong"}""");
            }
        }

        driver.AnswerPublish(driver.Take<PublishRequest>(), PublishItemAnswer.Accepted);
        Assert.Equal(PublishOutcome.Accepted, Assert.Single(driver.Results)!.Outcome);
    }

    [Fact]
    public void A_request_refused_as_a_whole_is_halved_until_the_culprit_is_alone()
    {
        var driver = Connected();
        driver.Publish("b");
        var first = driver.Take<PublishRequest>();
        driver.Publish("a");
        driver.Publish("a", "\"bad\"");
        driver.AnswerPublish(first, PublishItemAnswer.Accepted);
        while (driver.Requests.Count > 0)
        {
            var request = driver.Take<PublishRequest>();
            if (request.Items.Any(item => item.Data.ToString() == "\"bad\""))
            {
                driver.Answer(new ErrorReply(request.Id, ErrorDetail.Of(ErrorCodes.MalformedRequest, "m")));
            }
            else
            {
                driver.AnswerPublish(request, [.. request.Items.Select(_ => PublishItemAnswer.Accepted)]);
            }
        }

        Assert.Equal(
            [PublishOutcome.Accepted, PublishOutcome.Accepted, PublishOutcome.Refused], driver.Results.Select(result => result!.Outcome));
    }

    [Fact]
    public void An_ack_without_an_answer_leaves_the_outcome_unknown_and_is_repeated()
    {
        var driver = Connected();
        driver.Publish("a");
        var request = driver.Take<PublishRequest>();
        driver.Frame($$$"""{"type":"ack","ackId":{{{request.Id}}},"success":false,"error":{"name":"InternalServerError","message":"m"}}""");
        driver.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal([1], driver.Take<PublishRequest>().Items.Select(item => item.Number));
        Assert.Empty(driver.Results);
    }

    [Fact]
    public void Limits_are_kept_before_anything_is_sent()
    {
        var driver = new CoreDriver(new CoreOptions { MaxOutboxPublications = 1 });
        driver.Publish("a", $"\"{new string('x', 70_000)}\"");
        driver.Publish("a");
        driver.Publish("a");

        Assert.Equal([4005, 5003], driver.Results.Select(result => result!.Error!.Code));
    }

    [Fact]
    public void Closing_gives_every_publication_its_outcome()
    {
        var driver = Connected();
        driver.Publish("a");
        driver.Publish("a");
        driver.Give(new CloseCommand());
        driver.Publish("a");
        driver.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(ConnectionState.Closed, driver.Core.State);
        Assert.Equal(
            [PublishOutcome.Refused, PublishOutcome.Unknown, PublishOutcome.Refused],
            driver.Results.Select(result => result!.Outcome));
        Assert.All(driver.Results, result => Assert.Equal(5002, result!.Error!.Code));
    }

    private static CoreDriver Connected()
    {
        var driver = new CoreDriver();
        driver.Connect();
        return driver;
    }
}

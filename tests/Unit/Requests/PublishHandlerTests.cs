using CsCheck;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Protocol;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Requests;

public sealed class PublishHandlerTests
{
    private const string Publisher = "0123456789abcdef0123456789abcdef";

    private readonly RequestBench _bench = new();

    [Fact]
    public async Task Items_are_handed_on_in_order_as_the_users_own()
    {
        var answer = await PublishAsync(Item("a", 1, """{"x":"ü"}"""), Item("b", 2), Item("a", 3));

        Assert.All(answer.Items, item => Assert.Equal(PublishStatus.Accepted, item.Status));
        Assert.Equal([("a", 1L), ("b", 2L), ("a", 3L)], _bench.Publisher.Taken.Select(one => (one.Channel.Value, one.Number)));
        Assert.All(_bench.Publisher.Taken, one => Assert.Equal(
            (PublisherKey.OfClient("alice", Publisher), Publisher, "alice"), (one.Key, one.Publisher, one.User)));
        Assert.Equal("""{"x":"ü"}""", _bench.Publisher.Taken[0].Data.ToString());
        Assert.Equal((0, 0), (_bench.Store.Reads, _bench.Store.Writes));
    }

    [Fact]
    public async Task P3_behind_a_refused_item_its_channel_is_retry_and_others_go_on()
    {
        _bench.Options.MaxPayloadBytes = 100;

        var answer = await PublishAsync(
            Item("a", 1), Item("a", 2, $"\"{new string('x', 99)}\""), Item("b", 3), Item("a", 4));

        Assert.Equal(
            [PublishStatus.Accepted, PublishStatus.Refused, PublishStatus.Accepted, PublishStatus.Retry], answer.Items.Select(item => item.Status));
        Assert.Equal(
            (ErrorCodes.PayloadTooLarge.Code, "101", 100L),
            (answer.Items[1].Error!.Code, answer.Items[1].Error!.Value, answer.Items[1].Error!.Limit));
        Assert.Equal(ErrorCodes.BehindEarlier.Code, answer.Items[3].Error!.Code);
        Assert.Equal([1L, 3L], _bench.Publisher.Taken.Select(one => one.Number));
    }

    [Fact]
    public async Task P3_an_item_that_is_refused_behind_one_to_retry_is_retry_too()
    {
        _bench.Publisher.Answer = taken => [.. taken.Select(_ => PublishAnswers.OutcomeUnknown)];
        _bench.Options.MaxPayloadBytes = 10;

        var answer = await PublishAsync(Item("a", 1), Item("a", 2, "\"longer than that\""));

        Assert.Equal(
            [ErrorCodes.OutcomeUnknown.Code, ErrorCodes.BehindEarlier.Code], answer.Items.Select(item => item.Error!.Code));
    }

    [Fact]
    public async Task A_payload_of_exactly_the_limit_is_taken()
    {
        _bench.Options.MaxPayloadBytes = 12;

        Assert.Equal(PublishStatus.Accepted, (await PublishAsync(Item("a", 1, "\"0123456789\""))).Items[0].Status);
        Assert.Equal(PublishStatus.Refused, (await PublishAsync(Item("a", 1, "\"01234567890\""))).Items[0].Status);
        // Bytes count, not characters.
        Assert.Equal(PublishStatus.Refused, (await PublishAsync(Item("a", 1, "\"üüüüüü\""))).Items[0].Status);
    }

    [Theory]
    [InlineData("a b", 4003)]
    [InlineData("", 4003)]
    [InlineData("$all", 4003)]
    [InlineData("secret", 4004)]
    public async Task A_channel_that_is_none_or_not_allowed_refuses_the_item(string channel, int code)
    {
        _bench.State = _bench.State with { Capabilities = Given.Capabilities("""{"open:*":["publish"],"secret":["subscribe"]}""") };

        var answer = await PublishAsync(Item(channel, 1), Item("open:1", 2));

        Assert.Equal((PublishStatus.Refused, code), (answer.Items[0].Status, answer.Items[0].Error!.Code));
        Assert.Equal(channel, answer.Items[0].Error!.Value);
        Assert.Equal(PublishStatus.Accepted, answer.Items[1].Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task A_number_out_of_range_is_refused(long number)
    {
        var answer = await PublishAsync(Item("a", number));

        Assert.Equal(ErrorCodes.InvalidPublication.Code, answer.Items[0].Error!.Code);
        Assert.Empty(_bench.Publisher.Taken);
    }

    [Fact]
    public async Task A_number_that_does_not_rise_in_its_channel_is_refused_and_not_silently_dropped()
    {
        var answer = await PublishAsync(Item("a", 5), Item("b", 4), Item("a", 5), Item("a", 6));

        Assert.Equal(
            [PublishStatus.Accepted, PublishStatus.Accepted, PublishStatus.Refused, PublishStatus.Retry], answer.Items.Select(item => item.Status));
        Assert.Equal((ErrorCodes.InvalidPublication.Code, "5"), (answer.Items[2].Error!.Code, answer.Items[2].Error!.Value));
    }

    [Theory]
    [InlineData("0123456789ABCDEF0123456789abcdef")]
    [InlineData("0123")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    public async Task A_publisher_id_that_is_none_refuses_the_request(string publisher)
    {
        var reply = await _bench.SendAsync<ErrorReply>(new PublishRequest(publisher, [Item("a", 1)]) { Id = 7 });

        Assert.Equal((7L, ErrorCodes.InvalidPublication.Code, publisher), (reply.Id, reply.Error.Code, reply.Error.Value));
    }

    [Fact]
    public async Task More_publications_than_allowed_refuse_the_request_with_count_and_limit()
    {
        _bench.Options.MaxPublicationsPerRequest = 2;

        var reply = await _bench.SendAsync<ErrorReply>(new PublishRequest(Publisher, [Item("a", 1), Item("a", 2), Item("a", 3)]) { Id = 7 });

        Assert.Equal((ErrorCodes.TooManyPublications.Code, "3", 2L), (reply.Error.Code, reply.Error.Value, reply.Error.Limit));
        Assert.Empty(_bench.Publisher.Taken);
    }

    [Fact]
    public async Task A_publisher_that_fails_leaves_every_outcome_unknown()
    {
        _bench.Publisher.Answer = _ => throw new InvalidOperationException("boom");

        var answer = await PublishAsync(Item("a", 1), Item("b", 2));

        Assert.All(answer.Items, item => Assert.Equal(
            (PublishStatus.Retry, ErrorCodes.OutcomeUnknown.Code), (item.Status, item.Error!.Code)));
    }

    [Fact]
    public async Task P3_what_is_accepted_of_a_channel_is_always_a_prefix_of_what_was_asked()
    {
        // Per item: the channel, whether it is refused at the door, and what the batcher would say if it got it.
        var item = Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 3]);

        await item.Array[0, 12].SampleAsync(async plan =>
        {
            var bench = new RequestBench { Options = { MaxPayloadBytes = 4 } };
            bench.Publisher.Answer = taken => Batcher(taken, plan);
            var items = plan.Select((one, at) => Item($"c{one.Item1}", at + 1, one.Item2 ? "\"too long\"" : "1")).ToArray();

            var answer = await bench.SendAsync<PublishAnswer>(new PublishRequest(Publisher, items) { Id = 1 });

            AssertPrefix(plan, answer.Items, bench.Publisher.Taken);
        }, iter: 2000, threads: 1);
    }

    /// <summary>A batcher that keeps the prefix rule for what it is given.</summary>
    private static List<PublishItemAnswer> Batcher(IReadOnlyList<Publication> taken, (int, bool, int)[] plan)
    {
        var broken = new HashSet<ChannelName>();
        return [.. taken.Select(one =>
        {
            var fails = plan[one.Number - 1].Item3 == 0;
            return fails | broken.Contains(one.Channel) && (broken.Add(one.Channel) || true)
                ? PublishAnswers.OutcomeUnknown
                : PublishItemAnswer.Accepted;
        })];
    }

    private static void AssertPrefix((int Channel, bool, int)[] plan, IReadOnlyList<PublishItemAnswer> answers, List<Publication> taken)
    {
        Assert.Equal(plan.Length, answers.Count);
        foreach (var channel in plan.Select((one, at) => (one.Channel, at)).GroupBy(pair => pair.Channel, pair => pair.at))
        {
            var statuses = channel.Select(at => answers[at].Status).ToList();
            var accepted = statuses.TakeWhile(status => status == PublishStatus.Accepted).Count();
            Assert.All(statuses.Skip(accepted + 1), status => Assert.Equal(PublishStatus.Retry, status));
            // Nothing behind a refused item may reach the queue: it would be committed before the repetition of what
            // was refused.
            var refused = channel.Where(at => plan[at].Item2).DefaultIfEmpty(int.MaxValue).First();
            Assert.All(taken.Where(one => one.Channel.Value == $"c{channel.Key}"), one => Assert.True(one.Number - 1 < refused));
            // What was accepted was taken.
            Assert.Subset(
                taken.Select(one => (int)one.Number - 1).ToHashSet(),
                channel.Where(at => answers[at].Status == PublishStatus.Accepted).ToHashSet());
        }
    }

    private Task<PublishAnswer> PublishAsync(params PublishItem[] items) =>
        _bench.SendAsync<PublishAnswer>(new PublishRequest(Publisher, items) { Id = 1 });

    private static PublishItem Item(string channel, long number, string data = "1") => new(channel, number, RawJson.FromText(data));
}

using System.Text;
using ServerlessGateway.Protocol;
using ServerlessGateway.Requests;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Requests;

public sealed class RequestHandlerTests
{
    private readonly RequestBench _bench = new();

    [Theory]
    [InlineData("rubbish", 4001, 0)]
    [InlineData("""{"type":"publish","id":7}""", 4001, 7)]
    [InlineData("""{"type":"publish","id":7,"publisher":"0123456789abcdef0123456789abcdef","items":[null]}""", 4001, 7)]
    [InlineData("""{"type":"subscribe","id":7,"channels":[null]}""", 4001, 7)]
    [InlineData("""{"type":"resume","id":7,"channels":"a"}""", 4001, 7)]
    [InlineData("""{"type":"unsubscribe","id":7,"channels":[null]}""", 4003, 7)]
    [InlineData("""{"type":"positions","id":7,"positions":[null]}""", 4001, 7)]
    [InlineData("""{"type":"positions","id":7,"positions":[{"channel":"x y","epoch":"e","offset":1}]}""", 4003, 7)]
    [InlineData("""{"type":"check","id":7,"channels":[],"positions":[{"channel":"a","epoch":"e","offset":-1}]}""", 4012, 7)]
    [InlineData("""{"type":"check","id":0,"channels":[]}""", 4001, 0)]
    [InlineData("""{"type":"steal","id":7}""", 4002, 7)]
    public async Task A_request_that_is_wrong_is_answered_with_its_id_and_code(string text, int code, long id)
    {
        _bench.Store.Put(Given.Session());

        var reply = Assert.IsType<ErrorReply>(await _bench.SendAsync(Encoding.UTF8.GetBytes(text)));

        Assert.Equal((id, code), (reply.Id, reply.Error.Code));
        Assert.Equal((0, 0), (_bench.Store.Writes, _bench.Groups.AddCalls));
        Assert.Empty(_bench.Publisher.Taken);
    }

    [Theory]
    [InlineData("[1,\"\u00ff\"]")]
    [InlineData("\"\u00c3(\"")]
    [InlineData("{\"\u00ed\u00a0\u0080\":1}")]
    public async Task A_payload_that_is_no_UTF_8_is_refused_since_no_client_could_read_the_frame_it_would_be_in(string latin)
    {
        var body = Encoding.Latin1.GetBytes(
            $$"""{"type":"publish","id":7,"publisher":"0123456789abcdef0123456789abcdef","items":[{"channel":"a","number":1,"data":{{latin}}}]}""");

        var reply = Assert.IsType<ErrorReply>(await _bench.SendAsync(body));

        Assert.Equal((7L, 4001), (reply.Id, reply.Error.Code));
        Assert.Empty(_bench.Publisher.Taken);
    }

    [Theory]
    [InlineData("""{"type":"\ud800","id":7}""")]
    [InlineData("""{"type":"check","id":7,"channels":["\udc00"]}""")]
    [InlineData("""{"type":"check","id":99999999999999999999,"channels":["a"]}""")]
    [InlineData("""{"type":"check","id":7,"id":8,"channels":["\u0000"],"channels":["a\u0000"]}""")]
    [InlineData("""{"type":"positions","id":7,"positions":[{"channel":"a","epoch":"e","offset":1e400}]}""")]
    [InlineData("""{"type":"positions","id":7,"positions":[{"channel":"a","offset":1}]}""")]
    [InlineData("""{"type":"history","id":7,"channel":"a","position":{"offset":1}}""")]
    [InlineData("""{"type":"check","type":"publish","id":7,"channels":["a"]}""")]
    public async Task Odd_JSON_is_answered_and_never_a_fault_of_ours(string text)
    {
        _bench.Store.Put(Given.Session());

        var reply = await _bench.SendAsync(Encoding.UTF8.GetBytes(text));

        var error = (reply as ErrorReply)?.Error ?? (reply as CheckAnswer)?.Channels[0].Error ?? ((HistoryAnswer)reply).Page.Error!;
        Assert.True(error.Code is 4001 or 4002 or 4003 or 4012, $"{error.Code}: {error.Message}");
    }

    [Fact]
    public async Task A_value_that_is_shortened_within_a_character_stays_text()
    {
        var reply = Assert.IsType<ErrorReply>(await _bench.SendAsync(
            Encoding.UTF8.GetBytes($$"""{"type":"{{new string('x', 159)}}😀😀","id":7}""")));

        Assert.Equal((4002, $"{new string('x', 159)}…"), (reply.Error.Code, reply.Error.Value));
    }

    [Fact]
    public async Task An_event_of_another_name_is_an_unknown_request()
    {
        var reply = Assert.IsType<ErrorReply>(ReplyCodec.Decode(RequestHandler.UnknownEvent("message").Reply));

        Assert.Equal((0L, ErrorCodes.UnknownRequest.Code, "message"), (reply.Id, reply.Error.Code, reply.Error.Value));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_request_over_the_limit_is_refused_with_its_id_size_and_limit()
    {
        _bench.Options.MaxRequestBytes = 1024;
        var body = RequestCodec.Encode(new CheckRequest([new string('a', 2000)]) { Id = 7 });

        var reply = Assert.IsType<ErrorReply>(await _bench.SendAsync(body));

        Assert.Equal(
            (7L, ErrorCodes.RequestTooLarge.Code, $"{body.Length}", 1024L), (reply.Id, reply.Error.Code, reply.Error.Value, reply.Error.Limit));
    }

    [Fact]
    public async Task A_connection_without_a_readable_state_or_of_another_instance_is_told_to_connect_again()
    {
        var request = RequestCodec.Encode(new CheckRequest(["a"]) { Id = 7 });
        ConnectionFacts[] unreadable =
        [
            _bench.Facts with { State = null },
            _bench.Facts with { Instance = Given.Beta },
        ];

        foreach (var facts in unreadable)
        {
            var result = await _bench.CreateHandler().HandleAsync(request, facts, default);
            Assert.Equal(ErrorCodes.StateUnreadable.Code, Assert.IsType<ErrorReply>(ReplyCodec.Decode(result.Reply)).Error.Code);
        }
    }

    [Fact]
    public async Task A_connection_whose_token_has_expired_is_told_to_get_a_new_one()
    {
        _bench.Time.Advance(TimeSpan.FromHours(1));

        var reply = await _bench.SendAsync<ErrorReply>(new CheckRequest(["a"]) { Id = 7 });

        Assert.Equal(ErrorCodes.TokenExpired.Code, reply.Error.Code);
    }

    [Fact]
    public async Task An_unexpected_fault_is_answered_and_never_thrown()
    {
        _bench.Store.Put(Given.Session());
        _bench.Groups.Failure = new InvalidOperationException("a bug");

        var reply = await _bench.SendAsync<ErrorReply>(new SubscribeRequest([new("a")]) { Id = 7 });

        Assert.Equal((7L, ErrorCodes.Internal.Code), (reply.Id, reply.Error.Code));
        Assert.DoesNotContain("a bug", reply.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_fails_is_a_temporary_error()
    {
        _bench.Store.Failure = new TimeoutException();

        foreach (var request in new GatewayRequest[]
        {
            new SubscribeRequest([new("a")]) { Id = 1 },
            new ResumeRequest([new("a")]) { Id = 2 },
            new UnsubscribeRequest(["a"]) { Id = 3 },
            new PositionsRequest { Id = 4, Positions = [new("a", "e", 1)] },
        })
        {
            var reply = await _bench.SendAsync<ErrorReply>(request);
            Assert.Equal((request.Id, ErrorCodes.StoreUnavailable.Code), (reply.Id, reply.Error.Code));
            Assert.NotNull(reply.Error.RetryAfterMs);
        }
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_answered_before_the_platform_gives_up()
    {
        _bench.Store.Put(Given.Session());
        var reading = new TaskCompletionSource();
        _bench.Reader.BeforeRead = async cancellationToken =>
        {
            reading.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };

        var pending = _bench.SendAsync<ErrorReply>(new SubscribeRequest([new("a")]) { Id = 7 });
        await reading.Task;
        _bench.Time.Advance(TimeSpan.FromSeconds(25));

        Assert.Equal(ErrorCodes.StoreUnavailable.Code, (await pending).Error.Code);
    }

    [Fact]
    public async Task A_caller_that_goes_away_ends_the_request()
    {
        _bench.Store.Put(Given.Session());
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _bench.SendAsync(RequestCodec.Encode(new SubscribeRequest([new("a")]) { Id = 7 }), gone.Token));
    }

    [Fact]
    public async Task A_row_of_a_later_version_asks_the_client_to_connect_again()
    {
        _bench.Store.PutRaw(Given.SessionId, """{"v":9,"user":"alice"}"""u8.ToArray());

        var reply = await _bench.SendAsync<ErrorReply>(new SubscribeRequest([new("a")]) { Id = 7 });

        Assert.Equal(ErrorCodes.StateUnreadable.Code, reply.Error.Code);
    }

    [Fact]
    public async Task History_is_answered_by_a_page_and_needs_the_right_to_subscribe()
    {
        _bench.State = _bench.State with { Capabilities = Given.Capabilities("""{"a":["subscribe"],"b":["publish"]}""") };
        _bench.Reader.Heads["a"] = 3;

        var page = (await HistoryAsync("a", new Position("e", 1))).Page;
        Assert.Equal((Outcome.Recovered, 2, true), (page.Outcome, page.Messages.Count, page.Live));

        Assert.Equal(ErrorCodes.RightMissing.Code, (await HistoryAsync("b", new Position("e", 1))).Page.Error!.Code);
        Assert.Equal(ErrorCodes.InvalidChannel.Code, (await HistoryAsync("x y", new Position("e", 1))).Page.Error!.Code);
        Assert.Equal(ErrorCodes.InvalidPosition.Code, (await HistoryAsync("a", new Position("e", -1))).Page.Error!.Code);
        Assert.Equal(ErrorCodes.InvalidPosition.Code, (await HistoryAsync("a", new Position(new string('e', 33), 1))).Page.Error!.Code);
        Assert.Equal(0, _bench.Store.Reads);
    }

    [Fact]
    public async Task Check_tells_heads_and_says_for_which_channel_it_can_not()
    {
        _bench.State = _bench.State with { Capabilities = Given.Capabilities("""{"a":["subscribe"]}""") };
        _bench.Reader.Heads["a"] = 3;

        var answer = await _bench.SendAsync<CheckAnswer>(new CheckRequest(["a", "b", "x y"]) { Id = 1 });

        Assert.Equal((3L, (ErrorDetail?)null), (answer.Channels[0].Head, answer.Channels[0].Error));
        Assert.Equal(
            [ErrorCodes.RightMissing.Code, ErrorCodes.InvalidChannel.Code], answer.Channels.Skip(1).Select(head => head.Error!.Code));

        _bench.Options.MaxChannelsPerSession = 2;
        Assert.Equal(ErrorCodes.TooManyChannels.Code, (await _bench.SendAsync<ErrorReply>(new CheckRequest(["a", "b", "c"]) { Id = 1 })).Error.Code);
    }

    [Fact]
    public async Task Positions_are_stored_for_channels_held_and_ignored_for_others()
    {
        _bench.Store.Put(Given.Session(("a", new Position("e", 5)), ("b", null)).WithCurrent("c1", "alpha"));

        await PositionsAsync(new("a", "e", 8), new("b", "f", 1), new("never-held", "e", 9));
        Assert.Equal((new Position("e", 8), new Position("f", 1)), (Stored("a"), Stored("b")));
        Assert.Equal(2, _bench.Store[Given.SessionId]!.Subscriptions.Count);

        await PositionsAsync(new ChannelPosition("a", "e", 2));
        Assert.Equal(new Position("e", 2), Stored("a"));
        Assert.Equal(2, _bench.Store.Writes);

        await PositionsAsync(new ChannelPosition("a", "e", 2));
        Assert.Equal(2, _bench.Store.Writes);
    }

    [Fact]
    public async Task R7_positions_of_a_connection_that_was_overtaken_only_move_on_within_their_epoch()
    {
        _bench.Store.Put(Given.Session(("a", new Position("e", 5)), ("b", new Position("e", 5))).WithCurrent("c1", "alpha").WithCurrent("c2", "beta"));

        await PositionsAsync(new("a", "e", 4), new("b", "another", 9));
        Assert.Equal((new Position("e", 5), new Position("e", 5)), (Stored("a"), Stored("b")));

        await PositionsAsync(new ChannelPosition("a", "e", 6));
        Assert.Equal(new Position("e", 6), Stored("a"));
    }

    [Fact]
    public async Task Positions_ride_on_every_request_but_publish()
    {
        _bench.Store.Put(Given.Session(("a", null), ("b", null)).WithCurrent("c1", "alpha"));
        var offset = 0L;

        foreach (var request in new GatewayRequest[]
        {
            new SubscribeRequest([new("b")]) { Id = 1, Positions = [new("a", "e", 1)] },
            new ResumeRequest([new("a"), new("b")]) { Id = 1, Positions = [new("a", "e", 2)] },
            new UnsubscribeRequest(["b"]) { Id = 1, Positions = [new("a", "e", 3)] },
            new HistoryRequest("a", Position.Beginning) { Id = 1, Positions = [new("a", "e", 4)] },
            new CheckRequest(["a"]) { Id = 1, Positions = [new("a", "e", 5)] },
        })
        {
            await _bench.SendAsync(RequestCodec.Encode(request));
            Assert.Equal(new Position("e", ++offset), Stored("a"));
        }

        var writes = _bench.Store.Writes;
        await _bench.SendAsync<PublishAnswer>(
            new PublishRequest(new string('a', 32), []) { Id = 1, Positions = [new("a", "e", 6)] });
        Assert.Equal(writes, _bench.Store.Writes);
    }

    private Position? Stored(string channel) => _bench.Store[Given.SessionId]!.Subscriptions[Given.Channel(channel)];

    private Task<HistoryAnswer> HistoryAsync(string channel, Position position) =>
        _bench.SendAsync<HistoryAnswer>(new HistoryRequest(channel, position) { Id = 1 });

    private Task<DoneAnswer> PositionsAsync(params ChannelPosition[] positions) =>
        _bench.SendAsync<DoneAnswer>(new PositionsRequest { Id = 1, Positions = positions });
}

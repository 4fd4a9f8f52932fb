using ServerlessGateway.Protocol;
using ServerlessGateway.Requests;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Requests;

public sealed class SubscribeHandlerTests
{
    private readonly RequestBench _bench = new();

    [Fact]
    public async Task R1_the_group_is_joined_before_the_log_is_read_and_the_row_is_written_last()
    {
        _bench.Store.Put(Given.Session());
        _bench.Reader.BeforeRead = _ =>
        {
            _bench.Events.Add($"writes {_bench.Store.Writes}");
            return Task.CompletedTask;
        };

        await _bench.SubscribeAsync("a");

        Assert.Equal(["join a", "read a", "writes 0"], _bench.Events);
        Assert.Equal((1, 1), (_bench.Store.Reads, _bench.Store.Writes));
    }

    [Fact]
    public async Task A_channel_that_starts_at_the_head_is_stored_there_so_that_another_process_goes_on_from_it()
    {
        _bench.Store.Put(Given.Session());
        _bench.Reader.Heads["a"] = 41;

        var answer = await _bench.SubscribeAsync("a");

        Assert.Equal((Outcome.Started, 41L), (answer.Channels[0].Outcome, answer.Channels[0].Head));
        Assert.Equal(new Position("e", 41), _bench.Stored("a"));
    }

    [Fact]
    public async Task R7_a_position_that_the_client_brings_wins_and_the_stored_one_serves_who_brings_none()
    {
        _bench.Store.Put(Given.Session(("a", new Position("e", 9)), ("b", new Position("e", 9)), ("c", new Position("e", 9))));

        await _bench.SendAsync<SubscribeAnswer>(new SubscribeRequest(
            [new("a", new Position("e", 3)), new("b"), new("c", Start: "now")])
        { Id = 1 });

        Assert.Equal(
            [("a", new Position("e", 3)), ("b", new Position("e", 9)), ("c", (Position?)null)],
            _bench.Reader.Reads.Select(read => (read.Channel, read.Position)));
        Assert.Equal((new Position("e", 3), new Position("e", 9), new Position("e", 0)), (_bench.Stored("a"), _bench.Stored("b"), _bench.Stored("c")));
    }

    [Fact]
    public async Task What_is_remembered_of_channels_that_are_not_held_is_bounded_and_forgotten_by_unsubscribe()
    {
        _bench.Options.MaxChannelsPerSession = 3;
        _bench.Granted(("a", new Position("e", 1)), ("b", new Position("e", 2)), ("c", new Position("e", 3)));
        await _bench.ResumeAsync("a");
        await _bench.SubscribeAsync("d");
        Assert.Equal([Given.Channel("b")], _bench.Row.Remembered.Keys);

        await _bench.SendAsync<DoneAnswer>(new UnsubscribeRequest(["b"]) { Id = 4 });

        Assert.Empty(_bench.Row.Remembered);
    }

    [Fact]
    public async Task N4_a_subscribe_of_another_connection_in_between_is_merged_and_not_lost()
    {
        _bench.Store.Put(Given.Session(("old", new Position("e", 1))));
        _bench.Store.BeforeNextWrite = () =>
        {
            _bench.Store.Put(_bench.Row with { Subscriptions = _bench.Row.Subscriptions.Add(Given.Channel("b"), new Position("e", 5)) });
            return Task.CompletedTask;
        };

        await _bench.SubscribeAsync("a");

        Assert.Equal(["a", "b", "old"], _bench.Row.Subscriptions.Keys.Select(channel => channel.Value).Order());
        Assert.Equal(new Position("e", 5), _bench.Stored("b"));
    }

    [Fact]
    public async Task Channels_are_refused_one_by_one_with_their_codes_and_the_others_go_on()
    {
        _bench.State = _bench.State with { Capabilities = Given.Capabilities("""{"a*":["subscribe"],"b":["publish"]}""") };
        _bench.Store.Put(Given.Session());

        var answer = await _bench.SendAsync<SubscribeAnswer>(new SubscribeRequest(
        [
            new("a1"), new("b"), new("no channel"), new("a2", new Position("e", -1)), new("a3", Start: "later"), new("a1"),
        ])
        { Id = 1 });

        Assert.Equal(
            [0, ErrorCodes.RightMissing.Code, ErrorCodes.InvalidChannel.Code, ErrorCodes.InvalidPosition.Code,
                ErrorCodes.MalformedRequest.Code, ErrorCodes.MalformedRequest.Code],
            answer.Channels.Select(page => page.Error?.Code ?? 0));
        Assert.All(answer.Channels.Skip(1), page => Assert.Equal(Outcome.Refused, page.Outcome));
        Assert.Equal(["a1"], _bench.Groups.Joined);
        Assert.Equal([Given.Channel("a1")], _bench.Row.Subscriptions.Keys);
    }

    [Fact]
    public async Task More_channels_than_allowed_are_refused_with_count_and_limit_and_held_ones_are_not_counted_twice()
    {
        _bench.Options.MaxChannelsPerSession = 3;
        _bench.Store.Put(Given.Session(("a", null), ("b", null)));

        var answer = await _bench.SubscribeAsync("a", "c", "d");

        Assert.Equal([Outcome.Started, Outcome.Started, Outcome.Refused], answer.Channels.Select(page => page.Outcome));
        Assert.Equal(
            (ErrorCodes.TooManyChannels.Code, "4", 3L),
            (answer.Channels[2].Error!.Code, answer.Channels[2].Error!.Value, answer.Channels[2].Error!.Limit));
        Assert.DoesNotContain("d", _bench.Groups.Joined);
        Assert.Equal(3, _bench.Row.Subscriptions.Count);

        var whole = await _bench.SendAsync<ErrorReply>(new ResumeRequest([new("a"), new("b"), new("c"), new("d")]) { Id = 9 });
        Assert.Equal((9L, ErrorCodes.TooManyChannels.Code, 3L), (whole.Id, whole.Error.Code, whole.Error.Limit));
    }

    [Fact]
    public async Task The_limit_holds_also_where_two_connections_subscribe_at_once()
    {
        _bench.Options.MaxChannelsPerSession = 2;
        _bench.Store.Put(Given.Session(("a", null)));
        _bench.Store.BeforeNextWrite = () =>
        {
            _bench.Store.Put(_bench.Row with { Subscriptions = _bench.Row.Subscriptions.Add(Given.Channel("b"), null) });
            return Task.CompletedTask;
        };

        var answer = await _bench.SubscribeAsync("c");

        Assert.Equal((Outcome.Refused, ErrorCodes.TooManyChannels.Code), (answer.Channels[0].Outcome, answer.Channels[0].Error!.Code));
        Assert.Equal(["a", "b"], _bench.Row.Subscriptions.Keys.Select(channel => channel.Value).Order());
        Assert.DoesNotContain("c", _bench.Groups.Joined);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Groups_that_can_not_be_joined_are_to_be_asked_for_again_and_nothing_is_read(int outcome)
    {
        _bench.Store.Put(Given.Session());
        _bench.Groups.Outcome = (GroupOutcome)outcome;

        var answer = await _bench.SubscribeAsync("a", "$no");

        Assert.Equal([Outcome.Retry, Outcome.Refused], answer.Channels.Select(page => page.Outcome));
        Assert.Empty(_bench.Reader.Reads);
        Assert.Empty(_bench.Row.Subscriptions);
    }

    [Fact]
    public async Task A_log_that_can_not_be_read_is_to_be_asked_for_again_and_stays_held()
    {
        _bench.Store.Put(Given.Session());
        _bench.Reader.Errors["b"] = RequestErrors.StoreUnavailable;

        var answer = await _bench.SubscribeAsync("a", "b");

        Assert.Equal([Outcome.Started, Outcome.Retry], answer.Channels.Select(page => page.Outcome));
        Assert.Equal(["a", "b"], _bench.Row.Subscriptions.Keys.Select(channel => channel.Value).Order());
    }

    [Fact]
    public async Task A_row_that_can_not_be_written_makes_every_channel_to_be_asked_for_again()
    {
        _bench.Store.Put(Given.Session());
        _bench.Store.BeforeNextWrite = () => throw new TimeoutException();

        var answer = await _bench.SubscribeAsync("a");

        Assert.Equal((Outcome.Retry, ErrorCodes.StoreUnavailable.Code), (answer.Channels[0].Outcome, answer.Channels[0].Error!.Code));
        Assert.Empty(answer.Channels[0].Messages);
    }

    [Fact]
    public async Task A_session_whose_row_is_gone_is_restored_from_the_connection()
    {
        _bench.State = _bench.State with { ConnectionNumber = 5 };

        await _bench.ResumeAsync("a");

        var row = _bench.Row;
        Assert.Equal(("alice", 6L, Given.Now.AddHours(1)), (row.User, row.ConnectionNumber, row.TokenExpires));
        Assert.Equal([Given.Channel("a")], row.Subscriptions.Keys);
    }

    [Fact]
    public async Task An_answer_stays_within_its_bytes_and_each_page_within_its_own()
    {
        var names = Enumerable.Range(0, 40).Select(at => $"c{at:D2}").ToArray();
        _bench.Store.Put(Given.Session([.. names.Select(name => (name, (Position?)new Position("e", 0)))]));
        foreach (var name in names)
        {
            _bench.Reader.Heads[name] = 1000;
        }

        _bench.Reader.MessageBytes = 4096;
        var result = await _bench.CreateHandler().HandleAsync(
            RequestCodec.Encode(new ResumeRequest([.. names.Select(name => new SubscribeItem(name))]) { Id = 1 }), _bench.Facts, default);

        Assert.InRange(result.Reply.Length, 700 * 1024, 800 * 1024);
        Assert.All(_bench.Reader.Reads, read => Assert.InRange(read.MaxBytes, 0, 256 * 1024));
        var pages = Assert.IsType<SubscribeAnswer>(ReplyCodec.Decode(result.Reply)).Channels;
        Assert.Equal(names, pages.Select(page => page.Channel));
        Assert.All(pages, page => Assert.False(page.Live));
        Assert.All(pages, page => Assert.Equal(Enumerable.Range(1, page.Messages.Count), page.Messages.Select(message => (int)message.Offset)));
    }

    [Fact]
    public async Task A_page_that_was_cut_to_fit_is_not_called_live()
    {
        _bench.Options.MaxAnswerBytes = 16 * 1024;
        _bench.Store.Put(Given.Session());
        _bench.Reader.Heads["a"] = 2;
        _bench.Reader.MessageBytes = 15 * 1024;

        var answer = await _bench.SendAsync<SubscribeAnswer>(new SubscribeRequest([new("a", Position.Beginning)]) { Id = 1 });

        var page = answer.Channels[0];
        Assert.False(page.Live);
        Assert.Equal((1L, 2L, 1), (page.From, page.Head, page.Messages.Count));
    }

    [Fact]
    public async Task A_message_larger_than_an_answer_comes_alone_since_pulling_it_again_would_bring_no_more()
    {
        _bench.Options.MaxAnswerBytes = 16 * 1024;
        _bench.Store.Put(Given.Session());
        _bench.Reader.Heads["a"] = _bench.Reader.Heads["b"] = 2;
        _bench.Reader.MessageBytes = 64 * 1024;

        var both = await _bench.SendAsync<SubscribeAnswer>(
            new SubscribeRequest([new("a", Position.Beginning), new("b", Position.Beginning)]) { Id = 1 });
        var page = (await _bench.SendAsync<HistoryAnswer>(new HistoryRequest("a", Position.Beginning) { Id = 2 })).Page;

        Assert.All(both.Channels, cut => Assert.Equal((0, false), (cut.Messages.Count, cut.Live)));
        Assert.Equal((1, false), (page.Messages.Count, page.Live));
    }
}

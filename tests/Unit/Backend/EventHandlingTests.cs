using Azure.Messaging.ServiceBus;
using ServerlessGateway.Backend;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Backend;

public sealed class EventHandlingTests
{
    private static readonly EventSource Source = new(ChannelName.Parse("orders:1"), "e1", 6, 3, 16, false);

    [Fact]
    public async Task P7_An_answers_identity_follows_from_the_event_so_handling_it_again_makes_the_same()
    {
        var (once, again) = (await HandleAsync(Source, Frame(5, 6)), await HandleAsync(Source, Frame(5, 6)));

        Assert.Equal(once.Select(message => message.MessageId), again.Select(message => message.MessageId));
        var publications = once.SelectMany(message => Read(message).Publications).ToList();
        Assert.Equal([(5 * 256) + 0, (5 * 256) + 1, (6 * 256) + 0, (6 * 256) + 1], publications.Select(item => item.Number).Order());
        Assert.All(publications, item => Assert.Equal(PublisherKey.OfBackend("orders", Source.Channel, "e1"), item.Key));
        Assert.All(publications, item => Assert.Equal("$backend/orders", item.User));
    }

    [Fact]
    public async Task An_envelope_goes_to_the_session_of_its_channels_shard_and_names_them()
    {
        foreach (var message in await HandleAsync(Source, Frame(1, 6)))
        {
            var envelope = Read(message);
            var channels = envelope.Publications.Select(item => item.Channel).Distinct().ToList();
            Assert.All(channels, channel => Assert.Equal(Shards.SessionId(3, Shards.Of(channel, 16)), message.SessionId));
            Assert.Equal(envelope.Id.ToString("N"), message.MessageId);
            Assert.Equal(Envelope.Subject, message.Subject);
            Assert.Equal(EnvelopeCodec.DescribeChannels(envelope), message.ApplicationProperties[Envelope.ChannelsProperty]);
        }
    }

    [Fact]
    public async Task An_event_resubmitted_from_the_dead_letters_has_a_publisher_of_its_own()
    {
        var messages = await HandleAsync(Source with { IsResubmitted = true }, Frame(6, 6));

        var publications = messages.SelectMany(message => Read(message).Publications).ToList();
        Assert.All(publications, item => Assert.Equal(PublisherKey.OfResubmittedEvent("orders", Source.Channel, "e1", 6), item.Key));
        Assert.Equal([1, 2], publications.Select(item => item.Number).Order());
    }

    [Fact]
    public async Task Large_answers_are_spread_over_envelopes_that_fit()
    {
        var payload = new byte[100_000];
        Array.Fill(payload, (byte)'1');
        var handling = new EventHandling("orders", (_, answers, _) =>
        {
            for (var at = 0; at < 5; at++)
            {
                answers.PublishJson("replies:1", payload);
            }

            return ValueTask.CompletedTask;
        }, null);
        var messages = await handling.HandleAsync(Source, Frame(6, 6), default);

        Assert.All(messages, message => Assert.True(message.Body.ToMemory().Length <= Envelope.MaxBodyBytes));
        Assert.Equal(messages.Count, messages.Select(message => message.MessageId).Distinct().Count());
        var numbers = messages.SelectMany(message => Read(message).Publications).Select(item => item.Number);
        Assert.Equal(Enumerable.Range(0, 5).Select(index => (6L * 256) + index), numbers);
    }

    [Fact]
    public async Task Gaps_and_tombstones_are_reported()
    {
        var gaps = new List<OffsetRange>();
        var handling = new EventHandling("orders", (_, _, _) => ValueTask.CompletedTask, (gap, _) =>
        {
            gaps.Add(gap.Range);
            return ValueTask.CompletedTask;
        });

        await handling.HandleAsync(Source, new GapEvent("orders:1", "e1", new OffsetRange(1, 4)), default);
        var tombstone = new GatewayMessage(5, 1, null, null, 0, default, 4018);
        await handling.HandleAsync(Source, new MessagesFrame("orders:1", "e1", [tombstone]), default);

        Assert.Equal([new OffsetRange(1, 4), new OffsetRange(5, 5)], gaps);
    }

    [Fact]
    public void A_message_is_answered_256_times_at_most()
    {
        var answers = new Answers();
        for (var at = 0; at < 256; at++)
        {
            answers.Publish("a", at);
        }

        var error = Assert.Throws<InvalidOperationException>(() => answers.Publish("a", 256));
        Assert.Contains("256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_no_client_could_read_is_refused_before_it_becomes_a_gap_for_all()
    {
        var answers = new Answers();
        object deep = 1;
        for (var level = 0; level < 33; level++)
        {
            deep = new[] { deep };
        }

        Assert.Throws<ArgumentException>(() => answers.Publish("a", deep));
        Assert.Throws<ArgumentException>(() => answers.PublishJson("a", new byte[] { (byte)'"', 0xff, (byte)'"' }));
        Assert.Throws<ArgumentException>(() => answers.PublishJson("a", "1 2"u8.ToArray()));
        answers.PublishJson("a", """["ü"]"""u8.ToArray());
        Assert.Single(answers.Items);
    }

    [Theory]
    [InlineData("""{"type":"messages","channel":"orders:1","epoch":"e","messages":[{"offset":1,"time":1,"number":1,"data":1}]}""", true)]
    [InlineData("""{"type":"messages","channel":"$x","epoch":"e","messages":[{"offset":1,"time":1,"number":1,"data":1}]}""", false)]
    [InlineData("""{"type":"messages","channel":"orders:1","epoch":"e","messages":[]}""", false)]
    [InlineData("""{"type":"check","windowMs":1}""", false)]
    [InlineData("x", false)]
    public void What_is_no_event_is_told_from_one(string body, bool isEvent)
    {
        var message = ServiceBusModelFactory.ServiceBusReceivedMessage(
            body: BinaryData.FromString(body),
            properties: new Dictionary<string, object> { ["generation"] = 2, ["shards"] = 16, ["resubmitted"] = true });

        var read = EventReader.TryRead(message);

        Assert.Equal(isEvent, read is not null);
        if (read is var (source, _))
        {
            Assert.Equal(new EventSource(ChannelName.Parse("orders:1"), "e", 1, 2, 16, true), source);
        }
    }

    private static MessagesFrame Frame(long from, long to) => new("orders:1", "e1",
    [
        .. Enumerable.Range((int)from, (int)(to - from + 1))
            .Select(offset => new GatewayMessage(offset, 1, "u", new string('a', 32), offset, RawJson.FromText("1"))),
    ]);

    private static Task<IReadOnlyList<ServiceBusMessage>> HandleAsync(EventSource source, GatewayNotice notice) =>
        new EventHandling("orders", (message, answers, _) =>
        {
            answers.Publish("replies:1", new { message.Position.Offset });
            answers.Publish("audit", new { message.Position.Offset });
            return ValueTask.CompletedTask;
        }, null).HandleAsync(source, notice, default);

    private static Envelope Read(ServiceBusMessage message)
    {
        Assert.Equal(EnvelopeReadStatus.Read, EnvelopeCodec.TryDecode(message.Body.ToMemory().Span, out var envelope));
        return envelope!;
    }
}

using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class DuplicateDetectionTests : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly BrokerFixture _fixture = WithQueue(Detecting);

    [Fact]
    public async Task A_duplicate_within_the_window_succeeds_and_is_dropped()
    {
        await _fixture.SendAsync(With("a", "first"));
        _fixture.Clock.Advance(Window - TimeSpan.FromTicks(1));

        await _fixture.SendAsync(With("a", "second"), With("b", "other"));

        Assert.Equal(["first", "other"], Bodies(await _fixture.ReceiveAsync(5)));
    }

    [Fact]
    public async Task After_the_window_the_same_id_is_a_new_message()
    {
        await _fixture.SendAsync(With("a", "first"));
        _fixture.Clock.Advance(Window);

        await _fixture.SendAsync(With("a", "second"));

        Assert.Equal(["first", "second"], Bodies(await _fixture.ReceiveAsync(5)));
    }

    [Fact]
    public async Task The_window_is_counted_from_the_first_not_from_its_duplicates()
    {
        await _fixture.SendAsync(With("a", "first"));
        _fixture.Clock.Advance(Window / 2);
        await _fixture.SendAsync(With("a", "duplicate"));
        _fixture.Clock.Advance(Window / 2);

        await _fixture.SendAsync(With("a", "second"));

        Assert.Equal(["first", "second"], Bodies(await _fixture.ReceiveAsync(5)));
    }

    [Fact]
    public async Task A_completed_message_is_remembered()
    {
        await _fixture.SendAsync(With("a", "first"));
        await _fixture.ReceiveAsync(1, mode: ReceiveMode.ReceiveAndDelete);

        await _fixture.SendAsync(With("a", "second"));

        Assert.Empty(_fixture.Q().Peek(0, 10, null));
    }

    [Fact]
    public async Task Duplicates_within_one_batch_are_dropped()
    {
        await _fixture.SendAsync(With("a", "first"), With("a", "second"), Message("none"), Message("none"));

        Assert.Equal(["first", "none", "none"], Bodies(await _fixture.ReceiveAsync(5)));
    }

    [Fact]
    public async Task A_refused_send_is_not_remembered()
    {
        using var fixture = WithQueue(queue => Detecting(queue) with { MaxSizeBytes = 5 });
        Assert.Equal(BrokerErrorCode.QuotaExceeded, (await fixture.Q().SendAsync([With("a", "too long")]))?.Code);

        await fixture.SendAsync(With("a", "short"));

        Assert.Equal(["short"], Bodies(await fixture.ReceiveAsync(5)));
    }

    [Fact]
    public async Task Refused_sends_push_nothing_out_of_the_memory()
    {
        using var fixture = new BrokerFixture(
            new NamespaceDefinition { Queues = [Queue("q", queue => Detecting(queue) with { MaxSizeBytes = 5 })] },
            new BrokerOptions { MaxDuplicateHistory = 2 });
        await fixture.SendAsync(With("a", "first"));
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.NotNull(await fixture.Q().SendAsync([With($"refused{attempt}", "more")]));
        }

        await fixture.SendAsync(With("a", "duplicate"));

        Assert.Equal(["first"], Bodies(await fixture.ReceiveAsync(5)));
    }

    [Fact]
    public async Task Beyond_the_limit_of_remembered_ids_the_oldest_leaves()
    {
        using var fixture = new BrokerFixture(
            new NamespaceDefinition { Queues = [Queue("q", Detecting)] }, new BrokerOptions { MaxDuplicateHistory = 2 });
        await fixture.SendAsync(With("a", "1"), With("b", "2"), With("c", "3"));

        await fixture.SendAsync(With("c", "duplicate"), With("b", "duplicate"), With("a", "4"));

        Assert.Equal(["1", "2", "3", "4"], Bodies(await fixture.ReceiveAsync(9)));
    }

    [Fact]
    public async Task Without_detection_the_same_id_is_as_good_as_another()
    {
        using var fixture = WithQueue();

        await fixture.SendAsync(With("a", "1"), With("a", "2"));

        Assert.Equal(["1", "2"], Bodies(await fixture.ReceiveAsync(5)));
    }

    public void Dispose() => _fixture.Dispose();

    private static QueueDefinition Detecting(QueueDefinition queue) =>
        queue with { RequiresDuplicateDetection = true, DuplicateDetectionHistoryTimeWindow = Window };

    private static BrokerMessage With(string id, string body) => Message(body) with { MessageId = id };
}

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Channels.Publishing;

public sealed class BatcherTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedQueue _queue = new();

    [Fact]
    public async Task What_gathers_while_an_envelope_is_in_flight_leaves_as_one_P4()
    {
        var batcher = CreateSut();
        var first = batcher.PublishAsync([Item(1)], default);
        Task[] others = [.. Enumerable.Range(2, 5).Select(number => batcher.PublishAsync([Item(number)], default))];

        Assert.Single(_queue.Sent);
        _queue.Answer(SendOutcome.Accepted);
        await first;
        await _queue.NextAsync(2);
        _queue.Answer(SendOutcome.Accepted);
        await Task.WhenAll(others);

        Assert.Equal([1], Numbers(_queue.Sent[0]));
        Assert.Equal([2, 3, 4, 5, 6], Numbers(_queue.Sent[1]));
    }

    [Fact]
    public async Task An_unknown_outcome_is_repeated_under_the_same_id_P4()
    {
        var batcher = CreateSut();
        var publish = batcher.PublishAsync([Item(1)], default);

        _queue.Answer(SendOutcome.Unknown);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        await _queue.NextAsync(2);
        _queue.Answer(SendOutcome.Accepted);

        Assert.Equal(PublishStatus.Accepted, (await publish)[0].Status);
        Assert.Equal(_queue.Sent[0].Id, _queue.Sent[1].Id);
    }

    [Fact]
    public async Task When_an_envelope_is_given_up_everything_behind_it_is_retry_P3()
    {
        var batcher = CreateSut();
        var first = batcher.PublishAsync([Item(1)], default);
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = batcher.PublishAsync([Item(2)], default);

        _time.Advance(TimeSpan.FromSeconds(17));
        _queue.Answer(SendOutcome.Unknown);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCodes.OutcomeUnknown.Code, (await first)[0].Error!.Code);
        Assert.Equal(PublishStatus.Retry, (await second)[0].Status);
        Assert.Single(_queue.Sent);
    }

    [Fact]
    public async Task A_refused_envelope_takes_what_waits_behind_with_it_P3()
    {
        var batcher = CreateSut();
        var first = batcher.PublishAsync([Item(1)], default);
        var second = batcher.PublishAsync([Item(2)], default);

        _queue.Answer(SendOutcome.Refused);

        Assert.Equal(ErrorCodes.QueueUnavailable.Code, (await first)[0].Error!.Code);
        Assert.Equal(ErrorCodes.BehindEarlier.Code, (await second)[0].Error!.Code);
        Assert.Single(_queue.Sent);
    }

    [Fact]
    public async Task A_request_is_answered_within_the_limit_and_leaves_the_gathering_P4()
    {
        var batcher = CreateSut();
        var inFlight = batcher.PublishAsync([Item(1)], default);
        var gathering = batcher.PublishAsync([Item(2)], default);

        _time.Advance(TimeSpan.FromSeconds(18));

        Assert.Equal(ErrorCodes.OutcomeUnknown.Code, (await inFlight)[0].Error!.Code);
        Assert.Equal(ErrorCodes.Busy.Code, (await gathering)[0].Error!.Code);
        _queue.Answer(SendOutcome.Accepted);
        await batcher.FlushAsync(default);
        Assert.Single(_queue.Sent);
    }

    [Fact]
    public async Task Throttling_doubles_the_pause_up_to_its_bound_P4()
    {
        var batcher = CreateSut();
        var publish = batcher.PublishAsync([Item(1)], default);
        foreach (var pauseMs in (int[])[50, 100, 200, 400, 800, 1600, 2000, 2000])
        {
            var sent = _queue.Sent.Count;
            _queue.Answer(SendOutcome.Busy);
            _time.Advance(TimeSpan.FromMilliseconds(pauseMs - 1));
            Assert.Equal(sent, _queue.Sent.Count);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await _queue.NextAsync(sent + 1);
        }

        _queue.Answer(SendOutcome.Accepted);
        Assert.Equal(PublishStatus.Accepted, (await publish)[0].Status);
    }

    [Fact]
    public async Task Waiting_bytes_are_bounded_and_the_rest_is_busy_B1()
    {
        var batcher = CreateSut(options => options.MaxWaitingBytes = 1024 * 1024);
        var large = RawJson.FromText($"\"{new string('x', 60_000)}\"");

        var answers = batcher.PublishAsync([.. Enumerable.Range(1, 20).Select(number => Item(number) with { Data = large })], default);
        _queue.AcceptAll();

        var statuses = (await answers).Select(answer => answer.Status).ToList();
        Assert.Equal(Enumerable.Repeat(PublishStatus.Accepted, 17), statuses.Take(17));
        Assert.Equal(Enumerable.Repeat(PublishStatus.Retry, 3), statuses.Skip(17));
        Assert.Equal(PublishStatus.Accepted, (await batcher.PublishAsync([Item(18) with { Data = large }], default))[0].Status);
    }

    [Fact]
    public async Task A_send_acknowledged_after_the_hold_on_the_plan_does_not_count_P6()
    {
        var batcher = CreateSut(options => options.ShardPlanHold = TimeSpan.FromSeconds(5));
        var publish = batcher.PublishAsync([Item(1)], default);

        _time.Advance(TimeSpan.FromSeconds(5));
        _queue.Answer(SendOutcome.Accepted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCodes.OutcomeUnknown.Code, (await publish)[0].Error!.Code);
        Assert.Single(_queue.Sent);
    }

    [Fact]
    public async Task An_envelope_never_passes_what_a_service_bus_message_takes()
    {
        var batcher = CreateSut();
        var data = RawJson.FromText($"\"{new string('x', 50_000)}\"");

        var publish = batcher.PublishAsync([.. Enumerable.Range(1, 20).Select(number => Item(number) with { Data = data })], default);
        _queue.AcceptAll();
        await publish;

        Assert.All(_queue.Sent, envelope => Assert.InRange(EnvelopeCodec.Encode(envelope).Length, 1, Envelope.MaxBodyBytes));
        Assert.Equal(Enumerable.Range(1, 20).Select(number => (long)number), _queue.Sent.SelectMany(Numbers));
    }

    private Batcher CreateSut(Action<PublishingOptions>? configure = null)
    {
        var options = new PublishingOptions();
        configure?.Invoke(options);
        var wrapped = Options.Create(options);
        var plans = new HeldShardPlan(new FixedPlan(), _time, wrapped);
        return new Batcher(_queue, plans, _time, new CountingEntropy(), wrapped, NullLogger<Batcher>.Instance);
    }

    private static Publication Item(long number) => new(
        ChannelName.Parse("orders:1"), new PublisherKey(1), new string('a', 32), "alice", number, RawJson.FromText("{}"));

    private static IEnumerable<long> Numbers(Envelope envelope) => envelope.Publications.Select(publication => publication.Number);

    private sealed class CountingEntropy : IEntropy
    {
        private UInt128 _last;

        public UInt128 NextBits() => ++_last;

        public double NextFraction() => 0.5;
    }

    private sealed class FixedPlan : IInstanceStore
    {
        public Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<InstanceRow>>([]);

        public Task<InstanceRow?> WriteAsync(InstanceRow row, CancellationToken cancellationToken) => Task.FromResult<InstanceRow?>(null);

        public Task<bool> FoundAsync(IReadOnlyList<InstanceRow> rows, CancellationToken cancellationToken) => Task.FromResult(false);

        public Task<ShardPlan> ReadShardPlanAsync(CancellationToken cancellationToken) => Task.FromResult(new ShardPlan(1, 16));
    }

    /// <summary>A queue that answers when the test says so, and tells when a send has come.</summary>
    private sealed class ScriptedQueue : IIngressQueue
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource<SendOutcome>? _open;
        private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _acceptAll;

        public List<Envelope> Sent { get; } = [];

        public Task<SendOutcome> SendAsync(string session, Envelope envelope, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                Assert.True(_open is null, "A second envelope of the shard is in flight.");
                Sent.Add(envelope);
                _arrived.TrySetResult();
                _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_acceptAll)
                {
                    return Task.FromResult(SendOutcome.Accepted);
                }

                _open = new TaskCompletionSource<SendOutcome>();
                return _open.Task;
            }
        }

        public Task<SendOutcome> SendAsync(string session, IngressTask task, TimeSpan delay, CancellationToken cancellationToken) =>
            Task.FromResult(SendOutcome.Accepted);

        public void Answer(SendOutcome outcome)
        {
            TaskCompletionSource<SendOutcome> open;
            lock (_lock)
            {
                (open, _open) = (_open!, null);
            }

            open.SetResult(outcome);
        }

        public void AcceptAll()
        {
            _acceptAll = true;
            Answer(SendOutcome.Accepted);
        }

        public async Task NextAsync(int count)
        {
            while (true)
            {
                Task arrived;
                lock (_lock)
                {
                    if (Sent.Count >= count)
                    {
                        return;
                    }

                    arrived = _arrived.Task;
                }

                await arrived.WaitAsync(TimeSpan.FromSeconds(10));
            }
        }
    }
}

using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Protocol;
using ServerlessGateway.Triggers;
using ServerlessGateway.Unit.Tests.Channels.Sequencing;

namespace ServerlessGateway.Unit.Tests.Triggers;

/// <summary>
/// What the trigger does with the sequencer's decision (rules S7, S8). An execution that returns without settling and
/// without releasing its session would let the host deliver the next message first.
/// </summary>
public sealed class SequencerEdgeTests
{
    [Fact]
    public async Task S5_what_is_done_is_completed_and_the_session_kept()
    {
        await using var rig = new SequencerRig();
        var calls = new Calls();

        await RunAsync(rig, calls, SequencerRig.Numbers(1));

        Assert.Equal(["complete"], calls.Made);
    }

    [Fact]
    public async Task S7_what_can_not_be_read_is_dead_lettered_with_its_reason()
    {
        await using var rig = new SequencerRig();
        var calls = new Calls();

        await RunAsync(rig, calls, MessageOf([1, 2], rig.Time.GetUtcNow()));

        Assert.Equal(["dead-letter unreadable"], calls.Made);
    }

    [Fact]
    public async Task S7_what_is_not_done_is_never_settled_and_its_session_released()
    {
        await using var rig = new SequencerRig();
        var calls = new Calls { LockedUntil = rig.Time.GetUtcNow() };

        await RunAsync(rig, calls, SequencerRig.Numbers(1));

        Assert.Equal(["release"], calls.Made);
    }

    [Fact]
    public async Task S7_a_session_that_can_not_be_released_fails_the_execution()
    {
        await using var rig = new SequencerRig();
        var calls = new Calls { LockedUntil = rig.Time.GetUtcNow(), FailsOn = "release" };

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(rig, calls, SequencerRig.Numbers(1)));
    }

    [Fact]
    public async Task S7_an_envelope_that_can_not_be_completed_is_left_and_known_by_the_next_owner()
    {
        await using var rig = new SequencerRig();
        var calls = new Calls { FailsOn = "complete" };
        var envelope = SequencerRig.Numbers(1);

        await RunAsync(rig, calls, envelope);
        await RunAsync(rig, new Calls(), envelope);

        Assert.Equal(["complete", "release"], calls.Made);
        Assert.Equal(1, (await rig.HeadAsync()).LastOffset);
    }

    [Fact]
    public async Task S8_a_session_is_released_after_sixty_seconds_however_busy_it_is()
    {
        await using var rig = new SequencerRig();
        var calls = new Calls();
        await RunAsync(rig, calls, SequencerRig.Numbers(1));
        rig.Time.Advance(TimeSpan.FromSeconds(60));

        await RunAsync(rig, calls, SequencerRig.Numbers(2));
        await RunAsync(rig, calls, SequencerRig.Numbers(3));

        Assert.Equal(["complete", "complete", "release", "complete"], calls.Made);
    }

    [Fact]
    public async Task I6_a_stopping_process_leaves_what_it_can_not_do_though_the_hosts_token_is_silent()
    {
        await using var rig = new SequencerRig();
        rig.Log.IsDown = true;
        var (calls, lifetime) = (new Calls(), new Lifetime());
        var run = RunAsync(rig, calls, MessageOf(EnvelopeCodec.Encode(SequencerRig.Numbers(1)), rig.Time.GetUtcNow()), lifetime);

        lifetime.StopApplication();
        await run.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(["release"], calls.Made);
    }

    private static Task RunAsync(SequencerRig rig, Calls calls, Envelope envelope) =>
        RunAsync(rig, calls, MessageOf(EnvelopeCodec.Encode(envelope), rig.Time.GetUtcNow()));

    private static Task RunAsync(
        SequencerRig rig, Calls calls, ServiceBusReceivedMessage message, Lifetime? lifetime = null)
    {
        var edge = new SequencerEdge(
            rig.Sequencer, rig.Get<SessionHolds>(), lifetime ?? new Lifetime(), rig.Get<IOptions<SequencingOptions>>());
        var lockedUntil = calls.LockedUntil ?? rig.Time.GetUtcNow() + TimeSpan.FromSeconds(30);
        return new SequencerFunction(edge).RunAsync(
            message, new RecordingActions(calls), new RecordingSession(calls, lockedUntil), CancellationToken.None);
    }

    private static ServiceBusReceivedMessage MessageOf(byte[] body, DateTimeOffset enqueuedAt) =>
        ServiceBusModelFactory.ServiceBusReceivedMessage(
            body: BinaryData.FromBytes(body), messageId: "m1", sessionId: SequencerRig.Session, subject: Envelope.Subject,
            properties: new Dictionary<string, object> { [Envelope.ChannelsProperty] = "orders:1=1" }, sequenceNumber: 1, enqueuedTime: enqueuedAt);

    private sealed class Calls
    {
        public List<string> Made { get; } = [];

        public string? FailsOn { get; init; }

        public DateTimeOffset? LockedUntil { get; init; }

        public Task Make(string call)
        {
            Made.Add(call);
            return call == FailsOn ? throw new InvalidOperationException(call) : Task.CompletedTask;
        }
    }

    private sealed class RecordingActions(Calls calls) : ServiceBusMessageActions
    {
        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
            calls.Make("complete");

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message,
            Dictionary<string, object>? propertiesToModify = default,
            string? deadLetterReason = default,
            string? deadLetterErrorDescription = default,
            CancellationToken cancellationToken = default) => calls.Make($"dead-letter {deadLetterReason}");
    }

    private sealed class RecordingSession : ServiceBusSessionMessageActions
    {
        private readonly Calls _calls;

        public RecordingSession(Calls calls, DateTimeOffset lockedUntil) =>
            (_calls, SessionLockedUntil) = (calls, lockedUntil);

        public override DateTimeOffset SessionLockedUntil { get; protected set; }

        public override Task ReleaseSession(CancellationToken cancellationToken = default) => _calls.Make("release");
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}

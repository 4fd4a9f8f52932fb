using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backends;

/// <summary>
/// Brings the topic <c>events</c> up to each channel's head, contiguously (rules S5, S6).
/// Problem: the topic may refuse for hours, and backends must never see the second envelope before the first.
/// Idea: the head holds how far the topic has the channel. Only what follows on directly is sent from the commit; when
/// that fails, a task in the channel's own session, so never beside a commit, sends what is missing from the log.
/// Limits: the mark is stored with the next commit, so after a change of process the newest segment may be sent twice,
/// under the same id. Retention wins: what it took is told as a gap.
/// </summary>
internal sealed class EventForwarder(
    IChannelLog log,
    HeadCache heads,
    IDestinationSender sender,
    IIngressQueue queue,
    IOptions<NamespacesOptions> namespaces,
    ForwardingParts parts)
{
    private const int CatchUpBytes = 256 * 1024;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NextDelay = TimeSpan.FromSeconds(10);

    /// <summary>Sends a part that was just committed, or makes sure that a task will.</summary>
    public async Task ForwardAsync(CommittedPart part, string session, InvocationTime invocation)
    {
        var head = part.Head;
        var last = part.Segments[^1].LastOffset;
        if (!namespaces.Value.Of(part.Channel).RouteToBackends || head.ForwardPending || head.Forwarded >= last)
        {
            return;
        }

        var isTold = await TellEndedAsync(part.Channel, head, invocation);
        var forwarded = isTold ? await SendMissingAsync(part, invocation) : head.Forwarded;
        if (isTold)
        {
            heads.Amend(part.Channel, head.Epoch, known => known with { Ended = known.Ended?.Told() });
        }

        if (forwarded >= last)
        {
            heads.Amend(part.Channel, head.Epoch, known => known with { Forwarded = Math.Max(known.Forwarded, forwarded) });
            return;
        }

        var turn = head.ForwardTurn + 1;
        await ScheduleAsync(session, part.Channel, turn, FirstDelay, invocation);
        heads.Amend(part.Channel, head.Epoch, known => known with { Forwarded = forwarded, ForwardTurn = turn, ForwardPending = true });
    }

    /// <summary>
    /// Handles a task: sends what is missing, then records how far it came. True when it is done with or handed on.
    /// </summary>
    public async Task<bool> HandleAsync(ChannelName channel, long turn, string session, InvocationTime invocation)
    {
        heads.Forget(channel);
        var loaded = await heads.LoadAsync(channel, invocation);
        var head = loaded.Stored.Head!;
        if (loaded.Stored.Tag is null || loaded.BeginsEpoch || turn < head.ForwardTurn)
        {
            return true;
        }

        var isRouted = namespaces.Value.Of(channel).RouteToBackends;
        var isTold = !isRouted || await TellEndedAsync(channel, head, invocation);
        var forwarded = !isRouted ? head.LastOffset
            : isTold ? await SendFromLogAsync(channel, head, head.Forwarded, head.LastOffset, invocation)
            : head.Forwarded;
        var isDone = isTold && forwarded >= head.LastOffset;
        var nextTurn = isDone ? turn : turn + 1;
        if (!isDone)
        {
            await ScheduleAsync(session, channel, nextTurn, forwarded > head.Forwarded ? TimeSpan.Zero : NextDelay, invocation);
        }

        var next = head with
        {
            Forwarded = forwarded,
            ForwardTurn = nextTurn,
            ForwardPending = !isDone,
            Ended = isTold ? head.Ended?.Told() : head.Ended,
        };
        var result = await invocation.WithinAsync(parts.Options.StoreTimeout, token => log.CommitAsync(channel, loaded.Stored, next, [], token));
        if (result is CommitResult.Committed committed)
        {
            heads.Keep(channel, new StoredHead(next, committed.Tag));
            parts.Report.Repair(isDone ? "events-done" : "events-continued");
            return true;
        }

        heads.Forget(channel);
        return false;
    }

    /// <summary>
    /// What an epoch that has ended still owed to backends is told as a gap, before anything of the new one. The head
    /// keeps the debt until then; true when there is none any more.
    /// </summary>
    private async Task<bool> TellEndedAsync(ChannelName channel, Head head, InvocationTime invocation) =>
        head.Ended is not { IsOwed: true } ended
        || await TrySendAsync(
            channel, ChannelEvents.OfGap(channel, ended.Epoch, new OffsetRange(ended.Forwarded + 1, ended.LastOffset)), invocation);

    /// <summary>
    /// A part with the little that a change of process left out before it; returns how far the topic has the channel
    /// then.
    /// </summary>
    private async Task<long> SendMissingAsync(CommittedPart part, InvocationTime invocation)
    {
        var head = part.Head;
        var first = part.Segments[0].FirstOffset;
        var forwarded = head.Forwarded;
        if (forwarded < first - 1)
        {
            if (forwarded + 1 < head.FirstRetained)
            {
                return forwarded;
            }

            var from = forwarded;
            var missing = await invocation.WithinAsync(parts.Options.StoreTimeout, token => log.ReadSegmentsAsync(
                part.Channel, head.Epoch, from, first - 1, CatchUpBytes, token));
            if (missing.Count == 0 || missing[^1].LastOffset < first - 1)
            {
                // Too much for this invocation: the task has the time.
                return forwarded;
            }

            forwarded = await SendAsync(part.Channel, head.Epoch, missing, forwarded, invocation);
            if (forwarded < first - 1)
            {
                return forwarded;
            }
        }

        return await SendAsync(part.Channel, head.Epoch, part.Segments, forwarded, invocation);
    }

    private async Task<long> SendFromLogAsync(
        ChannelName channel, Head head, long forwarded, long last, InvocationTime invocation)
    {
        if (forwarded + 1 < head.FirstRetained)
        {
            var gap = ChannelEvents.OfGap(channel, head.Epoch, new OffsetRange(forwarded + 1, head.FirstRetained - 1));
            if (!await TrySendAsync(channel, gap, invocation))
            {
                return forwarded;
            }

            forwarded = head.FirstRetained - 1;
        }

        while (forwarded < last && invocation.MayCommit)
        {
            var from = forwarded;
            var segments = await invocation.WithinAsync(parts.Options.StoreTimeout, token => log.ReadSegmentsAsync(
                channel, head.Epoch, from, last, CatchUpBytes, token));
            forwarded = segments.Count == 0 ? forwarded : await SendAsync(channel, head.Epoch, segments, forwarded, invocation);
            if (segments.Count == 0 || forwarded < segments[^1].LastOffset)
            {
                return forwarded;
            }
        }

        return forwarded;
    }

    private async Task<long> SendAsync(
        ChannelName channel, string epoch, IReadOnlyList<Segment> segments, long forwarded, InvocationTime invocation)
    {
        foreach (var (lastOffset, channelEvent) in ChannelEvents.OfSegments(channel, epoch, segments))
        {
            if (!await TrySendAsync(channel, channelEvent, invocation))
            {
                return forwarded;
            }

            forwarded = Math.Max(forwarded, lastOffset);
        }

        return forwarded;
    }

    private async Task<bool> TrySendAsync(ChannelName channel, ChannelEvent channelEvent, InvocationTime invocation)
    {
        var outcome = await LimitedSend.TryAsync(
            invocation, parts.Options.SendTimeout, token => sender.SendEventAsync(channel, channelEvent, token));
        parts.Report.Sent("events", outcome);
        return outcome == DeliveryOutcome.Delivered;
    }

    private async Task ScheduleAsync(
        string session, ChannelName channel, long turn, TimeSpan delay, InvocationTime invocation)
    {
        var task = new IngressTask(IngressTask.Forward, channel.Value, turn);
        var outcome = await invocation.WithinAsync(parts.Options.SendTimeout, token => queue.SendAsync(session, task, delay, token));
        if (outcome != SendOutcome.Accepted)
        {
            throw new RepairNotScheduledException(channel.Value);
        }

        parts.Report.Repair("events-scheduled");
    }
}

/// <summary>What forwarding shares with sequencing.</summary>
internal sealed class ForwardingParts(IOptions<SequencingOptions> options, SequencingReport report)
{
    public SequencingOptions Options => options.Value;

    public SequencingReport Report => report;
}

/// <summary>A repair could not be scheduled, so what needs it is not done.</summary>
internal sealed class RepairNotScheduledException(
    string target) : Exception($"No repair of '{target}' could be scheduled.");

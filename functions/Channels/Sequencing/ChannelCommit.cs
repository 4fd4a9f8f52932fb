using Microsoft.Extensions.Options;
using ServerlessGateway.Backends;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>What of an envelope stands in a channel's log now.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Head">The head after it.</param>
/// <param name="Segments">Its messages; none where all were duplicates.</param>
internal sealed record CommittedPart(ChannelName Channel, Head Head, IReadOnlyList<Segment> Segments)
{
    /// <summary>The code of a message that can never be delivered; 0 where all can.</summary>
    public int Tombstone => Segments.SelectMany(segment => segment.Entries).FirstOrDefault(entry => entry.Gone != 0)?.Gone ?? 0;
}

/// <summary>
/// Commits one part of an envelope to its channel's log.
/// Problem: a process may die, or lose its session's lock, between any two steps, and a commit that timed out may be
/// written.
/// Idea: the head is replaced under its tag together with the inserted segments, and it knows the last envelopes by id;
/// so whatever happened, reading the head tells whether this part is committed (rules S2, S4), and no two processes
/// commit it twice.
/// Limits: a conflict on a head that was read in this invocation means that somebody else holds the session; then
/// nothing more is committed here.
/// </summary>
internal sealed class ChannelCommit(
    IChannelLog log,
    HeadCache heads,
    TimeProvider time,
    IOptions<SequencingOptions> options,
    IOptions<NamespacesOptions> namespaces,
    SequencingReport report)
{
    private const int ReadBytes = 1024 * 1024;

    /// <summary>
    /// The part as it is committed; null where somebody else commits, or the lock is over. Throws where the store does
    /// not answer.
    /// </summary>
    public async Task<CommittedPart?> CommitAsync(ChannelPart part, InvocationTime invocation)
    {
        LoadedHead? refused = null;
        while (true)
        {
            var loaded = await heads.LoadAsync(part.Channel, invocation);
            if (loaded.Stored.Head!.Find(part.Envelope) is { } mark)
            {
                return await ReadAsync(part.Channel, loaded.Stored.Head, mark, invocation);
            }

            if (refused is not null)
            {
                if (loaded.Stored.Tag == refused.Stored.Tag && !loaded.BeginsEpoch)
                {
                    // Refused though nobody changed the head: the store holds segments above it, so it has lost commits
                    // (rule E3).
                    loaded = heads.Renew(loaded.Stored);
                    report.EpochBegun(part.Channel);
                }
                else if (!refused.IsCached)
                {
                    return null;
                }
            }

            var fresh = await FreshOfAsync(part, loaded, invocation);
            if (fresh.Count == 0 && !loaded.BeginsEpoch)
            {
                report.Duplicates(part.Entries.Count);
                return new CommittedPart(part.Channel, loaded.Stored.Head!, []);
            }

            if (!invocation.MayCommit)
            {
                return null;
            }

            if (await WriteAsync(part, loaded, fresh, invocation) is { } committed)
            {
                report.Committed(part.Entries.Count, committed.Segments);
                return committed;
            }

            heads.Forget(part.Channel);
            refused = loaded;
        }
    }

    private async Task<CommittedPart> ReadAsync(
        ChannelName channel, Head head, EnvelopeMark mark, InvocationTime invocation)
    {
        List<Segment> segments = [];
        // What retention has taken since is not sent any more; clients are told by a gap.
        for (var next = Math.Max(mark.FirstOffset, head.FirstRetained); next <= mark.LastOffset; next = segments[^1].LastOffset + 1)
        {
            var after = next - 1;
            var read = await invocation.WithinAsync(options.Value.StoreTimeout, token => log.ReadSegmentsAsync(
                channel, head.Epoch, after, mark.LastOffset, ReadBytes, token));
            if (read.Count == 0)
            {
                throw new InvalidDataException($"The log of {channel} lacks the segments of an envelope that its head knows.");
            }

            segments.AddRange(read);
        }

        return new CommittedPart(channel, head, segments);
    }

    private async Task<IReadOnlyList<SegmentEntry>> FreshOfAsync(
        ChannelPart part, LoadedHead loaded, InvocationTime invocation)
    {
        if (loaded.Stored.Head!.Ended is { } ended && ended.Envelopes.Exists(mark => mark.Id == part.Envelope))
        {
            // It was committed in the epoch before, whose readers are told to begin anew: it is repeated for them.
            return part.Entries;
        }

        return part.IsResubmitted
            ? await NotInLogAsync(part, loaded.Stored.Head!, invocation)
            : NextHead.WithoutDuplicates(loaded.Stored.Head!.Publishers, part.Entries);
    }

    /// <summary>The entries of a resubmitted dead letter that the retained log does not hold as messages.</summary>
    private async Task<IReadOnlyList<SegmentEntry>> NotInLogAsync(
        ChannelPart part, Head head, InvocationTime invocation)
    {
        HashSet<(PublisherKey, long)> found = [];
        for (var after = head.FirstRetained - 1; after < head.LastOffset;)
        {
            var from = after;
            var read = await invocation.WithinAsync(options.Value.StoreTimeout, token => log.ReadSegmentsAsync(
                part.Channel, head.Epoch, from, head.LastOffset, ReadBytes, token));
            if (read.Count == 0)
            {
                break;
            }

            found.UnionWith(read.SelectMany(segment => segment.Entries)
                .Where(entry => entry.Gone == 0).Select(entry => (entry.Key, entry.Number)));
            after = read[^1].LastOffset;
        }

        return [.. part.Entries.Where(entry => !found.Contains((entry.Key, entry.Number)))];
    }

    /// <summary>
    /// One transaction; null on a conflict. What the store refuses for good becomes a tombstone in the same transaction
    /// (rule S7).
    /// </summary>
    private async Task<CommittedPart?> WriteAsync(
        ChannelPart part, LoadedHead loaded, IReadOnlyList<SegmentEntry> fresh, InvocationTime invocation)
    {
        var head = loaded.Stored.Head!;
        var next = fresh.Count == 0
            ? head with { CommittedAt = time.GetUtcNow() }
            : NextHead.After(head, part, fresh, namespaces.Value.Of(part.Channel), time.GetUtcNow());
        var search = new RejectionSearch(head.Epoch, head.LastOffset + 1, part.EnqueuedAt, fresh);
        while (invocation.MayCommit)
        {
            var segments = search.Segments;
            var result = await invocation.WithinAsync(options.Value.StoreTimeout, token => log.CommitAsync(
                part.Channel, loaded.Stored, next, segments, token));
            switch (result)
            {
                case CommitResult.Committed committed:
                    heads.Keep(part.Channel, new StoredHead(next, committed.Tag));
                    return new CommittedPart(part.Channel, next, segments);
                case CommitResult.SegmentRejected rejected when search.Narrow(rejected.Index):
                    report.Rejected(part.Channel, rejected.Reason);
                    break;
                case CommitResult.SegmentRejected rejected:
                    throw new StoreRefusedException(rejected.Reason);
                case CommitResult.RequestRejected rejected:
                    throw new StoreRefusedException(rejected.Reason);
                default:
                    return null;
            }
        }

        return null;
    }
}

/// <summary>
/// The store refuses a commit for a reason that is no message's fault: an alarm, and another attempt later.
/// </summary>
internal sealed class StoreRefusedException(string reason) : Exception($"The store refuses the commit: {reason}.");

using System.Collections.Immutable;

namespace ServerlessGateway.Channels.Log;

/// <summary>The state of a channel's log (rule S1). Immutable: a commit makes the next one.</summary>
internal sealed record Head
{
    /// <summary>
    /// How many committed envelopes are known by id. A session delivers the next envelope only when the one before is
    /// settled, so one would do for redeliveries; the others are for envelopes that a publisher's process sent again
    /// because it did not know the outcome.
    /// </summary>
    public const int MaxEnvelopes = 32;

    /// <summary>
    /// How many marks of time are kept; each stands for a sixteenth of the retention time, so half of them are spare.
    /// </summary>
    public const int MaxAgeMarks = 32;

    /// <summary>The life of the log: store generation, creation time, random; compared for equality only.</summary>
    public required string Epoch { get; init; }

    /// <summary>The newest offset; 0 before the first message.</summary>
    public long LastOffset { get; init; }

    /// <summary>The oldest offset that can be read; LastOffset + 1 where none can.</summary>
    public long FirstRetained { get; init; } = 1;

    /// <summary>How far the topic <c>events</c> has the channel, contiguously.</summary>
    public long Forwarded { get; init; }

    /// <summary>
    /// The number of the last task that was to bring <c>events</c> up to the head. A task with a lower number is a
    /// left-over and does nothing, so a task that is enqueued twice does not become two chains.
    /// </summary>
    public long ForwardTurn { get; init; }

    /// <summary>
    /// True while the task <see cref="ForwardTurn"/> is under way: until it is done nothing goes to <c>events</c>
    /// directly.
    /// </summary>
    public bool ForwardPending { get; init; }

    /// <summary>The highest number of each recent publisher.</summary>
    public PublisherWindow Publishers { get; init; } = PublisherWindow.Empty;

    /// <summary>The last envelopes committed, oldest first; at most <see cref="MaxEnvelopes"/>.</summary>
    public ImmutableList<EnvelopeMark> Envelopes { get; init; } = [];

    /// <summary>
    /// Which offsets were there at which time, oldest first, sparse; retention by age needs no read of segments.
    /// </summary>
    public ImmutableList<AgeMark> AgeMarks { get; init; } = [];

    /// <summary>When the newest segment was committed; for retention by age of quiet channels.</summary>
    public DateTimeOffset CommittedAt { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>What is still to be done about the epoch before; null where nothing is.</summary>
    public EndedEpoch? Ended { get; init; }

    /// <summary>
    /// The first head of a new epoch: it carries over who has published what, and what the old one owes (rule E1). One
    /// that ends before its first message passes on what it took over.
    /// </summary>
    public static Head Begin(string epoch, Head? before) => new()
    {
        Epoch = epoch,
        Publishers = before?.Publishers ?? PublisherWindow.Empty,
        Ended = before is { LastOffset: > 0 }
            ? new EndedEpoch(before.Epoch, before.LastOffset, before.Forwarded, before.Envelopes)
            : before?.Ended,
    };

    /// <summary>The mark of an envelope; null where it is not known.</summary>
    public EnvelopeMark? Find(Guid envelope)
    {
        var at = Envelopes.FindLastIndex(mark => mark.Id == envelope);
        return at < 0 ? null : Envelopes[at];
    }
}

/// <summary>What is kept of an epoch that has ended, until nothing is owed of it.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="LastOffset">Its last offset.</param>
/// <param name="Forwarded">How far the topic <c>events</c> had it; the rest is told to backends as a gap.</param>
/// <param name="Envelopes">
/// Its last envelopes, until the new epoch's first message: one of them that comes again was perhaps never sent, so it is
/// repeated in the new epoch.
/// </param>
internal sealed record EndedEpoch(string Epoch, long LastOffset, long Forwarded, ImmutableList<EnvelopeMark> Envelopes)
{
    /// <summary>Backends have still to be told of a gap.</summary>
    public bool IsOwed => Forwarded < LastOffset;

    /// <summary>After the first message of the new epoch, whose namespace is routed to backends or not.</summary>
    public EndedEpoch? Left(bool isRouted) => isRouted && IsOwed ? this with { Envelopes = [] } : null;

    /// <summary>After backends were told.</summary>
    public EndedEpoch? Told() => Envelopes.IsEmpty ? null : this with { Forwarded = LastOffset };
}

/// <summary>What the head keeps of a committed envelope.</summary>
/// <param name="Id">The envelope's id.</param>
/// <param name="FirstOffset">The first offset of its part in this channel.</param>
/// <param name="LastOffset">The last offset of its part in this channel.</param>
internal readonly record struct EnvelopeMark(Guid Id, long FirstOffset, long LastOffset);

/// <summary>All offsets up to this one had been committed at this time.</summary>
/// <param name="Offset">The offset, the last of a segment.</param>
/// <param name="At">The time of the commit.</param>
internal readonly record struct AgeMark(long Offset, DateTimeOffset At);

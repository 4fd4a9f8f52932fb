using System.Collections.Immutable;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>The state of a channel's log. Immutable: a commit makes the next one.</summary>
internal sealed record Head
{
    /// <summary>The life of the log: store generation, creation time, random; compared for equality only.</summary>
    public required string Epoch { get; init; }

    /// <summary>The newest offset; 0 before the first message.</summary>
    public long LastOffset { get; init; }

    /// <summary>The oldest offset that can be read; LastOffset + 1 where none can.</summary>
    public long FirstRetained { get; init; } = 1;

    /// <summary>How far the topic <c>events</c> has the channel, contiguously.</summary>
    public long Forwarded { get; init; }

    /// <summary>The highest number of each recent publisher, and the enqueued time of the envelope that brought it.</summary>
    public ImmutableDictionary<PublisherKey, PublisherMark> Publishers { get; init; } =
        ImmutableDictionary<PublisherKey, PublisherMark>.Empty;

    /// <summary>The last envelopes committed, oldest first; at most 32.</summary>
    public ImmutableList<EnvelopeMark> Envelopes { get; init; } = [];

    /// <summary>When the newest segment was committed; for retention by age of quiet channels.</summary>
    public DateTimeOffset CommittedAt { get; init; }
}

/// <summary>What the window keeps of a publisher.</summary>
/// <param name="Highest">Its highest number.</param>
/// <param name="EnqueuedAt">The enqueued time of the envelope that brought it.</param>
internal readonly record struct PublisherMark(long Highest, DateTimeOffset EnqueuedAt);

/// <summary>What the head keeps of a committed envelope.</summary>
/// <param name="Id">The envelope's id.</param>
/// <param name="FirstOffset">The first offset of its part in this channel; above <paramref name="LastOffset"/> where it held only duplicates.</param>
/// <param name="LastOffset">The last offset of its part in this channel.</param>
internal readonly record struct EnvelopeMark(Guid Id, long FirstOffset, long LastOffset);

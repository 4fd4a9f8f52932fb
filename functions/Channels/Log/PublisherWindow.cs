using System.Collections.Immutable;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Log;

/// <summary>
/// The highest number of each recent publisher of a channel (rules S1, S3). A publication at or below it is a
/// duplicate: publishers send nothing later before the earlier is settled, so the highest says all, and no list of
/// numbers is needed. It reaches back 10 minutes of <em>enqueued</em> time or 1,000 publishers, whichever is shorter.
/// Were age measured by the clock of the moment, an outage of half an hour would empty it before the retries that
/// waited in the queue reach it.
/// </summary>
internal sealed class PublisherWindow
{
    /// <summary>
    /// With <see cref="Age"/>, what clients rely on: they do not silently repeat anything older than 9 minutes.
    /// </summary>
    public const int MaxPublishers = 1000;

    /// <summary>10 minutes of enqueued time.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    /// <summary>No publisher is known.</summary>
    public static readonly PublisherWindow Empty = new(ImmutableDictionary<PublisherKey, PublisherMark>.Empty);

    private readonly ImmutableDictionary<PublisherKey, PublisherMark> _marks;

    private PublisherWindow(ImmutableDictionary<PublisherKey, PublisherMark> marks) => _marks = marks;

    /// <summary>How many publishers are known.</summary>
    public int Count => _marks.Count;

    /// <summary>The highest number of a publisher; 0 where it is not known. Numbers begin at 1.</summary>
    public long HighestOf(PublisherKey key) => _marks.GetValueOrDefault(key).Highest;

    /// <summary>The marks in a fixed order, newest first: a dictionary's own order differs between processes.</summary>
    public IReadOnlyList<KeyValuePair<PublisherKey, PublisherMark>> ToOrderedList() =>
        [.. _marks.OrderByDescending(mark => mark.Value.EnqueuedAt).ThenBy(mark => mark.Key.Value)];

    /// <summary>
    /// The window after publications of one envelope; what is too old by the envelope's time, or too many, leaves.
    /// </summary>
    public PublisherWindow Advance(IEnumerable<KeyValuePair<PublisherKey, long>> numbers, DateTimeOffset enqueuedAt)
    {
        var marks = _marks.ToBuilder();
        foreach (var (key, number) in numbers)
        {
            var known = marks.GetValueOrDefault(key);
            // A redelivered envelope may be older than what came since; the mark stays at the later of both.
            marks[key] = new PublisherMark(
                Math.Max(known.Highest, number), known.EnqueuedAt > enqueuedAt ? known.EnqueuedAt : enqueuedAt);
        }

        var horizon = enqueuedAt - Age;
        marks.RemoveRange([.. marks.Where(mark => mark.Value.EnqueuedAt < horizon).Select(mark => mark.Key)]);
        RemoveOldest(marks, marks.Count - MaxPublishers);
        return new PublisherWindow(marks.ToImmutable());
    }

    /// <summary>A window as it was stored.</summary>
    public static PublisherWindow Of(IEnumerable<KeyValuePair<PublisherKey, PublisherMark>> marks) =>
        new(marks.ToImmutableDictionary());

    private static void RemoveOldest(ImmutableDictionary<PublisherKey, PublisherMark>.Builder marks, int excess)
    {
        if (excess > 0)
        {
            marks.RemoveRange([.. marks
                .OrderBy(mark => mark.Value.EnqueuedAt).ThenBy(mark => mark.Key.Value).Take(excess).Select(mark => mark.Key)]);
        }
    }
}

/// <summary>What the window keeps of a publisher.</summary>
/// <param name="Highest">Its highest number.</param>
/// <param name="EnqueuedAt">The enqueued time of the newest envelope that held something of it.</param>
internal readonly record struct PublisherMark(long Highest, DateTimeOffset EnqueuedAt);

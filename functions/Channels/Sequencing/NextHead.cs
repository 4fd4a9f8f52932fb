using ServerlessGateway.Backends;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>What a commit makes of a head: pure, so that tests can hold it against a model.</summary>
internal static class NextHead
{
    /// <summary>
    /// Retention is raised only when an eighth more than it is there: trimming costs two calls, so it goes in strides.
    /// </summary>
    private const int StrideShare = 8;

    private const int AgeMarkShare = Head.MaxAgeMarks / 2;

    /// <summary>
    /// The entries that are none of the publishers' known numbers (rule S3). Tombstones of an unreadable envelope have
    /// no publisher.
    /// </summary>
    public static IReadOnlyList<SegmentEntry> WithoutDuplicates(
        PublisherWindow window, IReadOnlyList<SegmentEntry> entries)
    {
        Dictionary<PublisherKey, long> highest = [];
        List<SegmentEntry> fresh = [];
        foreach (var entry in entries)
        {
            if (entry.Gone != 0 && entry.Number == 0)
            {
                fresh.Add(entry);
            }
            else if (entry.Number > highest.GetValueOrDefault(entry.Key, window.HighestOf(entry.Key)))
            {
                highest[entry.Key] = entry.Number;
                fresh.Add(entry);
            }
        }

        return fresh;
    }

    /// <summary>The head after a part was appended.</summary>
    public static Head After(
        Head head, ChannelPart part, IReadOnlyList<SegmentEntry> fresh, NamespaceOptions settings, DateTimeOffset now)
    {
        var last = head.LastOffset + fresh.Count;
        var appended = head with
        {
            LastOffset = last,
            // Where nothing is routed backends are never behind: routing that is switched on later begins from then.
            Forwarded = settings.RouteToBackends ? head.Forwarded : last,
            Ended = head.Ended?.Left(settings.RouteToBackends),
            Publishers = head.Publishers.Advance(
                fresh.Where(entry => entry.Number > 0).Select(entry => KeyValuePair.Create(entry.Key, entry.Number)), part.EnqueuedAt),
            Envelopes = [.. head.Envelopes.TakeLast(Head.MaxEnvelopes - 1), new EnvelopeMark(part.Envelope, head.LastOffset + 1, last)],
            CommittedAt = now,
        };
        return Trim(appended, settings, now);
    }

    /// <summary>Raises what is retained where too much is, and notes the time (rule R5).</summary>
    private static Head Trim(Head head, NamespaceOptions settings, DateTimeOffset now)
    {
        var first = head.FirstRetained;
        var excess = head.LastOffset - first + 1 - settings.RetentionMessages;
        if (excess > Math.Max(1, settings.RetentionMessages / StrideShare))
        {
            first += excess;
        }

        var outdated = head.AgeMarks.FindLastIndex(mark => mark.At <= now - settings.RetentionAge);
        first = outdated < 0 ? first : Math.Max(first, head.AgeMarks[outdated].Offset + 1);
        var marks = head.AgeMarks.RemoveAll(mark => mark.Offset < first);
        if (marks.IsEmpty || now - marks[^1].At >= settings.RetentionAge / AgeMarkShare)
        {
            marks = marks.Add(new AgeMark(head.LastOffset, now));
        }

        return head with { FirstRetained = first, AgeMarks = [.. marks.TakeLast(Head.MaxAgeMarks)] };
    }
}

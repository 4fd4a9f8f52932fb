using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>What one envelope holds for one channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Envelope">The id by which the head knows it once it is committed.</param>
/// <param name="EnqueuedAt">When Service Bus accepted the envelope.</param>
/// <param name="Entries">In order; tombstones where it could not be read.</param>
/// <param name="IsResubmitted">Compare with the log, not with the window.</param>
internal sealed record ChannelPart(
    ChannelName Channel, Guid Envelope, DateTimeOffset EnqueuedAt, IReadOnlyList<SegmentEntry> Entries, bool IsResubmitted)
{
    /// <summary>More than any user's or backend's name, and than a publisher id.</summary>
    private const int MaxTextLength = 256;

    /// <summary>The parts of an envelope, channels in the order of their first publication.</summary>
    public static IReadOnlyList<ChannelPart> Of(Envelope envelope, IngressMessage message)
    {
        // A resubmitted envelope has the id of the one that was dead-lettered, which the head may know; redeliveries of
        // it are known by this one.
        var id = message.IsResubmitted ? IdOf($"resubmitted {envelope.Id:N}", message) : envelope.Id;
        return [.. envelope.Publications.GroupBy(publication => publication.Channel).Select(group => new ChannelPart(
            group.Key, id, Milliseconds(message.EnqueuedAt), [.. group.Select(ToEntry)], message.IsResubmitted))];
    }

    /// <summary>The parts of an envelope that can not be read: as many tombstones as it names publications.</summary>
    public static IReadOnlyList<ChannelPart> OfUnreadable(IngressMessage message)
    {
        var id = IdOf("unreadable", message);
        var tombstone = new SegmentEntry(default, string.Empty, string.Empty, 0, default, ErrorCodes.Unreadable.Code);
        return [.. EnvelopeCodec.ParseChannels(message.Channels).GroupBy(named => named.Channel).Select(group => new ChannelPart(
            group.Key,
            id,
            Milliseconds(message.EnqueuedAt),
            [.. Enumerable.Repeat(tombstone, Math.Min(group.Sum(named => named.Count), Protocol.Envelope.MaxPublications))],
            false))];
    }

    /// <summary>
    /// A publication that no client could read becomes a tombstone: whoever may send to the queue writes envelopes, and
    /// one payload that is no JSON would make every frame and page that holds it unreadable.
    /// </summary>
    private static SegmentEntry ToEntry(Publication publication) => IsReadable(publication)
        ? new(publication.Key, publication.Publisher, publication.User, publication.Number, publication.Data)
        : new(publication.Key, string.Empty, string.Empty, publication.Number, default, ErrorCodes.Unreadable.Code);

    private static bool IsReadable(Publication publication)
    {
        // The reader looks for structure only; bytes that are no text pass it.
        var data = publication.Data.Utf8.Span;
        if (data.Length > ClientLimits.HighestMaxPayloadBytes || !Utf8.IsValid(data)
            || publication.User.Length > MaxTextLength || publication.Publisher.Length > MaxTextLength)
        {
            return false;
        }

        var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = ClientLimits.MaxPayloadDepth });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>An id that every delivery of the message has in common.</summary>
    private static Guid IdOf(string kind, IngressMessage message) => new(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\0{message.Session}\0{message.MessageId}\0{message.SequenceNumber}")).AsSpan(0, 16));

    /// <summary>The log keeps milliseconds; what is compared with it must too.</summary>
    private static DateTimeOffset Milliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}

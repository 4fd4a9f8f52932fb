namespace ServerlessGateway.Proof.Histories;

/// <summary>What a publisher writes down of one publication, when its outcome is known.</summary>
/// <param name="Publisher">The publisher's id, as messages show it.</param>
/// <param name="Number">Its number.</param>
/// <param name="Channel">Where to.</param>
/// <param name="Digest">SHA-256 of the payload's bytes, as hexadecimal digits.</param>
/// <param name="Outcome"><c>accepted</c>, <c>refused</c> or <c>unknown</c>.</param>
/// <param name="AtMs">When it was handed to the client, in milliseconds of the run.</param>
public sealed record PublicationRecord(
    string Publisher, long Number, string Channel, string Digest, string Outcome, double AtMs);

/// <summary>What a subscriber writes down, in the order in which it happened to it.</summary>
/// <param name="Kind"><c>subscribed</c>, <c>message</c>, <c>gap</c> or <c>reset</c>.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Epoch">The epoch, of the position behind it.</param>
/// <param name="Offset">The offset of a message, the last of a gap, the position of the rest.</param>
/// <param name="AtMs">When, in milliseconds of the run.</param>
/// <param name="From">The first offset of a gap.</param>
/// <param name="Publisher">Of a message.</param>
/// <param name="Number">Of a message.</param>
/// <param name="Digest">Of a message: SHA-256 of the payload's bytes.</param>
/// <param name="Answers">Of a backend's answer: the digest of the payload that it answers.</param>
public sealed record SubscriberRecord(
    string Kind,
    string Channel,
    string Epoch,
    long Offset,
    double AtMs,
    long? From = null,
    string? Publisher = null,
    long? Number = null,
    string? Digest = null,
    string? Answers = null);

/// <summary>Everything that was written down in a run: what the judge works from, and all that it works from.</summary>
/// <param name="Publications">Of all publishers.</param>
/// <param name="Subscribers">By subscriber, in its own order.</param>
public sealed record History(
    IReadOnlyList<PublicationRecord> Publications,
    IReadOnlyDictionary<string, IReadOnlyList<SubscriberRecord>> Subscribers);

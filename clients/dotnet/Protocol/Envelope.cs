namespace ServerlessGateway.Protocol;

/// <summary>Publications that travel to the sequencer as one Service Bus message of the queue <c>ingress</c>.</summary>
/// <param name="Id">128 random bits, made once; the same when the envelope is sent again.</param>
/// <param name="Publications">In order; at least one, all of one shard.</param>
public sealed record Envelope(Guid Id, IReadOnlyList<Publication> Publications)
{
    /// <summary>
    /// The largest body: Service Bus Standard takes 256 KB in all, of which 16 KiB stay for the header and the
    /// properties.
    /// </summary>
    public const int MaxBodyBytes = 240 * 1024;

    /// <summary>
    /// The most publications, so that a segment of tiny messages still fits one frame of 1 MB as JSON.
    /// </summary>
    public const int MaxPublications = 1000;

    /// <summary>The subject of the Service Bus message.</summary>
    public const string Subject = "publications";

    /// <summary>
    /// The application property that names channels and counts, <c>orders:1=3;news=1</c>: what is left to say about an
    /// envelope whose body can not be read. Names hold neither <c>=</c> at a place where a number follows to the end
    /// nor <c>;</c>, so the last <c>=</c> splits.
    /// </summary>
    public const string ChannelsProperty = "channels";
}

/// <summary>One publication on its way to the sequencer.</summary>
/// <param name="Channel">Where to.</param>
/// <param name="Key">The publisher.</param>
/// <param name="Publisher">The publisher id as messages show it, 32 hexadecimal digits.</param>
/// <param name="User">Who published; a backend is <c>$backend/NAME</c>.</param>
/// <param name="Number">The publisher's number.</param>
/// <param name="Data">The payload.</param>
public sealed record Publication(
    ChannelName Channel, PublisherKey Key, string Publisher, string User, long Number, RawJson Data);

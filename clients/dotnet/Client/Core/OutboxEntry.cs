using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>A publication that waits for its outcome.</summary>
internal sealed class OutboxEntry(long ticket, ChannelName channel, long number, RawJson data)
{
    /// <summary>
    /// The names and punctuation of an item, and a number of 19 digits: <c>{"channel":"","number":,"data":},</c>.
    /// </summary>
    private const int ItemOverheadBytes = 33 + 19;

    public long Ticket => ticket;

    public ChannelName Channel => channel;

    public long Number => number;

    public RawJson Data => data;

    /// <summary>
    /// An upper bound of what the item takes in a request: names of channels are ASCII and need no escapes.
    /// </summary>
    public int RequestBytes => ItemOverheadBytes + channel.Value.Length + data.Length;

    public bool IsInFlight { get; set; }

    /// <summary>How often it was sent.</summary>
    public int Sends { get; set; }

    /// <summary>
    /// Since when its outcome is unknown: the first send that may have been accepted. Null while none may.
    /// </summary>
    public TimeSpan? UnknownSince { get; set; }

    /// <summary>True where an earlier send, not the one under way, made the outcome unknown.</summary>
    public bool WasUnknownBefore { get; set; }

    public PublishItem ToItem() => new(channel.Value, number, data);
}

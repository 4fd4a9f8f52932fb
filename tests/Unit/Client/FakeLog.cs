using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>
/// A channel as the gateway keeps it: epochs, offsets without holes, retention, the highest number of each publisher.
/// </summary>
internal sealed class FakeLog(string channel)
{
    private readonly Dictionary<string, long> _highest = [];
    private int _epochs;

    public string Channel => channel;

    public string Epoch { get; private set; } = string.Empty;

    public long Head { get; private set; }

    public long FirstRetained { get; private set; } = 1;

    /// <summary>Everything that was ever committed, by epoch and offset.</summary>
    public Dictionary<(string Epoch, long Offset), GatewayMessage> All { get; } = [];

    /// <summary>Publications in the order of their commit, over all epochs.</summary>
    public List<(string Publisher, long Number)> Committed { get; } = [];

    /// <summary>Commits what is no duplicate; returns the frame to send, if any.</summary>
    public MessagesFrame? Append(string publisher, IEnumerable<PublishItem> items)
    {
        var messages = new List<GatewayMessage>();
        foreach (var item in items.Where(item => item.Number > _highest.GetValueOrDefault(publisher)))
        {
            Epoch = Epoch.Length == 0 ? $"e{++_epochs}" : Epoch;
            _highest[publisher] = item.Number;
            Committed.Add((publisher, item.Number));
            var message = new GatewayMessage(++Head, 1, "u", publisher, item.Number, item.Data);
            All[(Epoch, Head)] = message;
            messages.Add(message);
        }

        return messages.Count == 0 ? null : new MessagesFrame(channel, Epoch, messages);
    }

    public void Trim(long first) => FirstRetained = Math.Clamp(first, FirstRetained, Head + 1);

    /// <summary>The store lost the log: a new epoch, the window of publishers carried over (E1).</summary>
    public void EndEpoch() => (Epoch, Head, FirstRetained) = ($"e{++_epochs}", 0, 1);

    /// <summary>A failover: the same epoch, but behind what was told.</summary>
    public void GoBack(long head) => Head = head;

    public ChannelPage Read(Position? position, int most)
    {
        if (position is not { } known)
        {
            return new ChannelPage(channel, Outcome.Started, Epoch, Head + 1, Head, true, []);
        }

        if ((known.Epoch.Length > 0 && known.Epoch != Epoch) || known.Offset > Head)
        {
            return Page(Outcome.Reset, FirstRetained, most, null);
        }

        return known.Offset + 1 < FirstRetained
            ? Page(Outcome.Gap, FirstRetained, most, new OffsetRange(known.Offset + 1, FirstRetained - 1))
            : Page(Outcome.Recovered, known.Offset + 1, most, null);
    }

    private ChannelPage Page(Outcome outcome, long from, int most, OffsetRange? gap)
    {
        var to = Math.Min(Head, from + most - 1);
        var messages = new List<GatewayMessage>();
        for (var offset = from; offset <= to; offset++)
        {
            messages.Add(All[(Epoch, offset)]);
        }

        return new ChannelPage(channel, outcome, Epoch, from, Head, to >= Head, messages, gap);
    }
}

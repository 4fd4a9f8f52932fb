using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Simulation.Tests.World;

namespace ServerlessGateway.Simulation.Tests.Model;

/// <summary>
/// A client that receives by rule R2: the next offset is handed on, an older one dropped, a later one held for a second
/// before the hole is read from the log. It makes no idle checks of its own, so whatever the gateway forgets to send stays visible.
/// </summary>
internal sealed class SubscriberModel
{
    private const int PageBytes = 64 * 1024;
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    private readonly SimulatedWorld _world;
    private readonly Fleet _fleet;
    private readonly Dictionary<ChannelName, Feed> _feeds = [];

    public SubscriberModel(SimulatedWorld world, Fleet fleet, string name, InstanceName instance, IReadOnlyList<ChannelName> channels)
    {
        (_world, _fleet, Name) = (world, fleet, name);
        foreach (var channel in channels)
        {
            _feeds[channel] = new Feed();
        }

        world.Hub.Connect(instance, notice => world.Clients.Post(_ => Receive(notice), null));
    }

    public string Name { get; }

    /// <summary>What was handed to the application, in order.</summary>
    public IReadOnlyList<GatewayMessage> Handed(ChannelName channel) => _feeds[channel].Handed;

    /// <summary>What it was told that no offset may say: other epochs, gaps where nothing was trimmed.</summary>
    public List<string> Surprises { get; } = [];

    private void Receive(GatewayNotice notice)
    {
        switch (notice)
        {
            case MessagesFrame frame:
                Take(ChannelName.Parse(frame.Channel), frame.Epoch, frame.Messages);
                break;
            case HeadNotice head:
                Notice(ChannelName.Parse(head.Channel), head.Offset, Hold);
                break;
            case CheckNotice check:
                var wait = Settle + (TimeSpan.FromMilliseconds(check.WindowMs) * _world.Chaos.Random.NextDouble());
                foreach (var channel in _feeds.Keys)
                {
                    // It asks for the head; reading a page asks the same and brings what is missing at once.
                    _feeds[channel].MustAsk = true;
                    Notice(channel, 0, wait);
                }

                break;
        }
    }

    private void Take(ChannelName channel, string epoch, IReadOnlyList<GatewayMessage> messages)
    {
        var feed = _feeds[channel];
        if (feed.Epoch.Length > 0 && feed.Epoch != epoch)
        {
            Surprises.Add($"{Name}: {channel} changed its epoch");
        }

        feed.Epoch = epoch;
        foreach (var message in messages)
        {
            feed.Held.TryAdd(message.Offset, message);
        }

        while (feed.Held.Remove(feed.Next, out var next))
        {
            feed.Handed.Add(next);
            _world.Loop.Trace($"{Name} {channel} {next.Offset} {next.Publisher} {next.Number}");
        }

        Notice(channel, messages.Count == 0 ? 0 : messages[^1].Offset, Hold);
    }

    /// <summary>Notes how far the channel goes; what is still missing after the wait is read.</summary>
    private void Notice(ChannelName channel, long head, TimeSpan wait)
    {
        var feed = _feeds[channel];
        feed.Seen = Math.Max(feed.Seen, head);
        if (feed.IsBehind && !feed.IsReading)
        {
            feed.IsReading = true;
            _world.Clients.Start(() => ReadAsync(channel, feed, wait));
        }
    }

    private async Task ReadAsync(ChannelName channel, Feed feed, TimeSpan wait)
    {
        await Task.Delay(wait, _world.Clients.Time);
        while (feed.IsBehind)
        {
            var mustAsk = feed.MustAsk;
            feed.MustAsk = false;
            if (await ReadPageAsync(channel, feed) is { Outcome: not Outcome.Retry } page)
            {
                Take(channel, page);
            }
            else
            {
                feed.MustAsk |= mustAsk;
            }

            await Task.Delay(Hold, _world.Clients.Time);
        }

        feed.IsReading = false;
    }

    /// <summary>One page by one of the processes; null when that one died on it.</summary>
    private async Task<ChannelPage?> ReadPageAsync(ChannelName channel, Feed feed)
    {
        var front = _fleet.Front(_world.Chaos.Random.Next(2));
        var position = new Position(feed.Epoch, feed.Next - 1);
        try
        {
            return await front.Process
                .AskAsync(() => front.Get<IChannelReader>().ReadAsync(channel, position, PageBytes, CancellationToken.None))
                .WaitAsync(TimeSpan.FromSeconds(20), _world.Clients.Time);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private void Take(ChannelName channel, ChannelPage page)
    {
        switch (page.Outcome)
        {
            case Outcome.Recovered or Outcome.Reset when page.Epoch.Length > 0:
                Take(channel, page.Epoch, page.Messages);
                break;
            case Outcome.Gap or Outcome.Refused:
                Surprises.Add($"{Name}: {channel} answered {page.Outcome}");
                break;
        }
    }

    private sealed class Feed
    {
        public string Epoch { get; set; } = string.Empty;

        public List<GatewayMessage> Handed { get; } = [];

        public SortedDictionary<long, GatewayMessage> Held { get; } = [];

        public long Next => Handed.Count + 1;

        public long Seen { get; set; }

        /// <summary>A check asks for the head, whatever is known.</summary>
        public bool MustAsk { get; set; }

        public bool IsBehind => MustAsk || Seen >= Next;

        public bool IsReading { get; set; }
    }
}

using System.Collections.Concurrent;
using HdrHistogram;
using ServerlessGateway.Proof.Histories;
using ServerlessGateway.Proof.Judge;

namespace ServerlessGateway.Proof.Run;

/// <summary>
/// A whole run: subscribers open their channels, publishers publish, half way a disturbance strikes, everybody finishes, the judge judges what they
/// wrote down. It knows only the clients' side; what the disturbance does to the gateway is somebody else's.
/// </summary>
public sealed class ProofRun : IAsyncDisposable
{
    private readonly RunOptions _options;
    private readonly RunClock _clock = new();
    private readonly ConcurrentBag<ResumeReport> _resumes = [];
    private readonly List<Subscriber> _subscribers;
    private readonly List<Publisher> _publishers;
    private readonly TaskCompletionSource _halfWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DeliveryCount _count;
    private readonly SeenMessages _seen = new();
    private int _settled;

    /// <summary>Makes a run; nothing is connected yet.</summary>
    public ProofRun(RunOptions options)
    {
        _options = options;
        _count = new DeliveryCount(options);
        _subscribers = [.. Enumerable.Range(0, options.Subscribers).Select(index =>
            new Subscriber($"reader-{index + 1}", index, ChannelsOf(index), options, _clock)
            {
                Delivered = Deliver,
                Resumed = _resumes.Add,
            })];
        _publishers = [.. Enumerable.Range(0, options.Publishers).Select(index =>
            new Publisher($"writer-{index + 1}", index, options, _clock) { Settled = Settle, Seen = _seen.WaitAsync })];
    }

    /// <summary>Publications with an outcome, so far.</summary>
    public int SettledSoFar => Volatile.Read(ref _settled);

    /// <summary>Messages handed to subscribers, so far.</summary>
    public int DeliveredSoFar => _count.Total;

    /// <summary>Resumes so far.</summary>
    public int ResumedSoFar => _resumes.Count;

    /// <summary>Completes when half of the publications have their outcome.</summary>
    public Task HalfWay => _halfWay.Task;

    /// <summary>The names of the subscribers, which are also their user names.</summary>
    public IReadOnlyList<string> SubscriberNames => [.. _subscribers.Select(subscriber => subscriber.Name)];

    /// <summary>How many clients each instance holds now.</summary>
    public IReadOnlyDictionary<string, int> Spread => _subscribers.Select(subscriber => subscriber.Instance)
        .OfType<string>().CountBy(name => name).ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>Connects everybody and opens every subscription.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_subscribers.Select(subscriber => subscriber.StartAsync(cancellationToken)));
        await Task.WhenAll(_publishers.Select(publisher => publisher.StartAsync(cancellationToken)));
    }

    /// <summary>Publishes everything; completes when every publication has its outcome.</summary>
    public Task PublishAsync(CancellationToken cancellationToken) => Task.WhenAll(_publishers.Select((publisher, index) =>
        publisher.PublishAsync(ShareOf(index), cancellationToken)));

    /// <summary>Lets one subscriber leave and come back in a new client object, with its position, on another instance.</summary>
    public Task LeaveAndReturnAsync(string subscriber, TimeSpan away, CancellationToken cancellationToken) =>
        _subscribers.First(candidate => candidate.Name == subscriber).LeaveAndReturnAsync(away, cancellationToken);

    /// <summary>Waits until what is owed was handed on, or the time is over; then everybody leaves, and the judge judges.</summary>
    public async Task<ProofReport> FinishAsync(CancellationToken cancellationToken)
    {
        var inTime = await _count.CompleteWithinAsync(_options.FinishWithin, cancellationToken);
        await Task.WhenAll(_subscribers.Select(subscriber => subscriber.FinishAsync(cancellationToken)));
        var spread = Spread.Count;
        await DisposeAsync();

        var history = HistoryFolder.Read(_options.HistoryFolder);
        var verdict = new RunJudge(_options.Answers).Judge(history);
        var (p50, p99) = PublishToDeliver(history);
        return new ProofReport(verdict, [.. _resumes.OrderBy(resume => resume.Subscriber)], spread, p50, p99, inTime);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_publishers.Select(publisher => publisher.DisposeAsync().AsTask()));
        await Task.WhenAll(_subscribers.Select(subscriber => subscriber.DisposeAsync().AsTask()));
    }

    private static (double P50, double P99) PublishToDeliver(History history)
    {
        var published = history.Publications.ToDictionary(
            record => (record.Channel, record.Publisher, record.Number), record => record.AtMs);
        var histogram = new LongHistogram(TimeSpan.TicksPerHour, 3);
        foreach (var record in history.Subscribers.Values.SelectMany(records => records).Where(record => record.Kind == "message"))
        {
            if (published.TryGetValue((record.Channel, record.Publisher!, record.Number ?? 0), out var atMs))
            {
                histogram.RecordValue(Math.Max(1, (long)((record.AtMs - atMs) * TimeSpan.TicksPerMillisecond)));
            }
        }

        return histogram.TotalCount == 0
            ? (0, 0)
            : (Ms(histogram.GetValueAtPercentile(50)), Ms(histogram.GetValueAtPercentile(99)));

        static double Ms(long ticks) => Math.Round(ticks / (double)TimeSpan.TicksPerMillisecond, 2);
    }

    /// <summary>Half of the channels each, shifted by subscriber, and the answers to those of them that are answered.</summary>
    private List<string> ChannelsOf(int index)
    {
        var half = Math.Max(1, _options.Channels.Count / 2);
        List<string> channels = [.. Enumerable.Range(0, half).Select(step => _options.Channels[(index + step) % _options.Channels.Count])];
        channels.AddRange(_options.Answers.Where(pair => channels.Contains(pair.Value)).Select(pair => pair.Key).ToList());
        return channels;
    }

    private int ShareOf(int index) =>
        (_options.Messages / _options.Publishers) + (index < _options.Messages % _options.Publishers ? 1 : 0);

    private void Deliver(Client.ChannelMessage message)
    {
        _count.Deliver();
        _seen.See(message);
    }

    private void Settle(PublicationRecord record)
    {
        if (record.Outcome == "accepted")
        {
            _count.Owe(record.Channel, _subscribers.Count, ChannelsOf);
        }

        if (Interlocked.Increment(ref _settled) == (_options.Messages + 1) / 2)
        {
            _halfWay.TrySetResult();
        }

        if (SettledSoFar == _options.Messages)
        {
            _halfWay.TrySetResult();
            _count.NothingMore();
        }
    }
}

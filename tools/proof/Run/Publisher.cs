using ServerlessGateway.Client;
using ServerlessGateway.Proof.Histories;
using ServerlessGateway.Proof.Workload;

namespace ServerlessGateway.Proof.Run;

/// <summary>One publisher: publishes its share, a window at a time, and writes down each outcome.</summary>
internal sealed class Publisher : IAsyncDisposable
{
    private readonly RunOptions _options;
    private readonly RunClock _clock;
    private readonly HistoryFile<PublicationRecord> _history;
    private readonly GatewayClient _client;
    private readonly Func<long, Payload> _payloadOf;
    private readonly string _name;
    private readonly int _index;

    public Publisher(string name, int index, RunOptions options, RunClock clock)
    {
        (_name, _index, _options, _clock) = (name, index, options, clock);
        _history = new HistoryFile<PublicationRecord>(HistoryFolder.PublisherPath(options.HistoryFolder, name));
        var generated = new Payloads(options.Seed + index);
        var input = index == 0 ? options.Input : [];
        _payloadOf = number => input.Count > 0
            ? Payloads.FromLine(name, number, input[(int)((number - 1) % input.Count)])
            : generated.Next(name, number);
        var instance = options.Instances[index % options.Instances.Count];
        _client = new GatewayClient(new GatewayClientOptions
        {
            Endpoint = options.Endpoint,
            GetToken = _ => ValueTask.FromResult(options.TokenOf(name)),
            AvoidInstances = [.. options.Instances.Where(other => other != instance)],
        });
    }

    /// <summary>Raised by each outcome.</summary>
    public required Action<PublicationRecord> Settled { get; init; }

    /// <summary>Waits until a subscriber has been handed it.</summary>
    public required Func<PublishResult, CancellationToken, Task> Seen { get; init; }

    public Task StartAsync(CancellationToken cancellationToken) => _client.ConnectAsync(cancellationToken);

    /// <summary>Publishes so many, spread over the channels; completes when each has its outcome.</summary>
    public async Task PublishAsync(int count, CancellationToken cancellationToken)
    {
        using var window = new SemaphoreSlim(_options.Window);
        var under = new List<Task>(count);
        for (var number = 1; number <= count; number++)
        {
            await window.WaitAsync(cancellationToken);
            under.Add(PublishOneAsync(number, window, cancellationToken));
        }

        await Task.WhenAll(under);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _history.DisposeAsync();
    }

    private async Task PublishOneAsync(int number, SemaphoreSlim window, CancellationToken cancellationToken)
    {
        try
        {
            // Every publisher starts at another channel, so that each channel has all publishers, side by side.
            var channel = _options.Channels[(number + _index) % _options.Channels.Count];
            var payload = _payloadOf(number);
            var atMs = _clock.NowMs;
            var result = await _client.PublishJsonAsync(channel, payload.Json, cancellationToken);
            var record = new PublicationRecord(
                result.Publisher, result.Number, channel, payload.Digest, Name(result.Outcome), atMs);
            _history.Append(record);
            Settled(record);
            if (result.IsAccepted)
            {
                await Seen(result, cancellationToken);
            }
        }
        finally
        {
            window.Release();
        }
    }

    private static string Name(PublishOutcome outcome) => outcome switch
    {
        PublishOutcome.Accepted => "accepted",
        PublishOutcome.Refused => "refused",
        _ => "unknown",
    };
}

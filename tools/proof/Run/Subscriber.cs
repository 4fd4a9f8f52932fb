using System.Text.Json;
using ServerlessGateway.Client;
using ServerlessGateway.Proof.Histories;
using ServerlessGateway.Proof.Workload;

namespace ServerlessGateway.Proof.Run;

/// <summary>One subscriber: reads its channels and writes down what it is handed, through as many client objects as it takes.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly RunOptions _options;
    private readonly RunClock _clock;
    private readonly Action<SubscriberRecord> _write;
    private readonly HistoryFile<SubscriberRecord> _history;
    private readonly IReadOnlyList<string> _channels;
    private readonly List<Task> _readers = [];
    private GatewayClient _client;

    public Subscriber(string name, int index, IReadOnlyList<string> channels, RunOptions options, RunClock clock)
    {
        (Name, _channels, _options, _clock) = (name, channels, options, clock);
        _history = new HistoryFile<SubscriberRecord>(HistoryFolder.SubscriberPath(options.HistoryFolder, name));
        _write = index == 0 && options.Plant is { } fault ? new FaultPlanter(fault, _history.Append).Write : _history.Append;
        _client = CreateClient(null, options.Instances[index % options.Instances.Count]);
    }

    public string Name { get; }

    /// <summary>Where it is connected.</summary>
    public string? Instance => _client.Instance;

    /// <summary>Raised by each message; the run waits for what is owed by counting these.</summary>
    public required Action<ChannelMessage> Delivered { get; init; }

    /// <summary>Raised by each connection that was made good, and by coming back in a new client.</summary>
    public required Action<ResumeReport> Resumed { get; init; }

    /// <summary>Connects and subscribes; completes when every channel is open, so that all that is published afterwards is owed.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _client.ConnectAsync(cancellationToken);
        await OpenAsync(_ => StartFrom.Now, cancellationToken);
    }

    /// <summary>Leaves, and comes back seconds later in a new client object with its own stored position, on another instance.</summary>
    public async Task LeaveAndReturnAsync(TimeSpan away, CancellationToken cancellationToken)
    {
        var before = _client.Instance;
        await _client.CloseAsync(cancellationToken);
        await Task.WhenAll(_readers);
        var stored = _client.StoredSession!;
        await _client.DisposeAsync();
        _readers.Clear();
        await Task.Delay(away, cancellationToken);

        var began = _clock.NowMs;
        var other = _options.Instances.First(name => name != before);
        _client = CreateClient(stored, other);
        await _client.ConnectAsync(cancellationToken);
        await OpenAsync(channel => StartFrom.After(stored.Positions[channel]), cancellationToken);
        Resumed(new ResumeReport(Name, before ?? "?", _client.Instance ?? "?", _clock.NowMs - began, "new client"));
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _client.CloseAsync(cancellationToken);
        await Task.WhenAll(_readers);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _history.DisposeAsync();
    }

    private GatewayClient CreateClient(StoredSession? stored, string instance)
    {
        var client = new GatewayClient(new GatewayClientOptions
        {
            Endpoint = _options.Endpoint,
            GetToken = _ => ValueTask.FromResult(_options.TokenOf(Name)),
            Continue = stored,
            AvoidInstances = [.. _options.Instances.Where(name => name != instance)],
        });
        client.Resumed += (_, resumed) => Resumed(new ResumeReport(
            Name, resumed.PreviousInstance, resumed.Instance, resumed.Duration.TotalMilliseconds, "same client"));
        return client;
    }

    private async Task OpenAsync(Func<string, StartFrom> from, CancellationToken cancellationToken)
    {
        foreach (var channel in _channels)
        {
            var subscription = await _client.OpenAsync(channel, from(channel), cancellationToken);
            var start = await subscription.Opened;
            // Written down before the first item is asked for, so that the judge knows from where on everything is owed.
            _write(new SubscriberRecord("subscribed", channel, start.Position.Epoch, start.Position.Offset, _clock.NowMs));
            _readers.Add(ReadAsync(subscription));
        }
    }

    private async Task ReadAsync(ChannelSubscription subscription)
    {
        await foreach (var item in subscription)
        {
            Handle(item);
        }
    }

    private void Handle(ChannelItem item)
    {
        switch (item)
        {
            case ChannelMessage message:
                _write(new SubscriberRecord(
                    "message", message.Channel, message.Epoch, message.Offset, _clock.NowMs, null,
                    message.Publisher, message.Number, Payloads.DigestOf(message.Payload.Span), AnswerOf(message)));
                Delivered(message);
                break;
            case ChannelGap gap:
                _write(new SubscriberRecord(
                    "gap", gap.Channel, gap.Position.Epoch, gap.Range.To, _clock.NowMs, gap.Range.From));
                break;
            default:
                _write(new SubscriberRecord("reset", item.Channel, item.Position.Epoch, item.Position.Offset, _clock.NowMs));
                break;
        }
    }

    private string? AnswerOf(ChannelMessage message) =>
        _options.Answers.ContainsKey(message.Channel) && message.Data.ValueKind == JsonValueKind.Object
            && message.Data.TryGetProperty("digest", out var digest)
            ? digest.GetString()
            : null;
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Backends;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Unit.Tests.Channels.Sequencing;

/// <summary>
/// The sequencer as it is registered, over a log and an instance store in memory and scripted destinations.
/// </summary>
internal sealed class SequencerRig : IAsyncDisposable
{
    public const string Session = "1.3";

    public static readonly ChannelName Orders = ChannelName.Parse("orders:1");
    public static readonly InstanceName Alpha = InstanceName.Parse("alpha");
    public static readonly InstanceName Beta = InstanceName.Parse("beta");
    public static readonly PublisherKey Alice = new(1);

    private readonly ServiceProvider _provider;
    private long _lastSequenceNumber;

    public SequencerRig(InMemoryChannelLog? memory = null, params (string Key, string Value)[] settings)
    {
        // Without the runner's context, what waits for the clock goes on inside of Advance, so the clock never runs
        // ahead of the work.
        SynchronizationContext.SetSynchronizationContext(null);
        Memory = memory ?? new InMemoryChannelLog();
        Log = new ScriptedLog(Memory);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            [
                new("Gateway:Instances:0:Name", "alpha"), new("Gateway:Instances:1:Name", "beta"),
                .. settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)),
            ]).Build());
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IEntropy>(new CountingEntropy());
        services.AddSingleton<IChannelLog>(Log);
        services.AddSingleton<IInstanceStore>(Instances);
        services.AddSingleton<IIngressQueue>(Queue);
        services.AddSingleton<IDestinationSender>(Sender);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddInstances().AddReading().AddSequencing().AddSequencing();
        _provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
        Sequencer = _provider.GetRequiredService<Sequencer>();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000));

    public InMemoryChannelLog Memory { get; }

    public ScriptedLog Log { get; }

    public InMemoryInstanceStore Instances { get; } = new();

    public RecordingQueue Queue { get; } = new();

    public RecordingSender Sender { get; } = new();

    public Sequencer Sequencer { get; }

    public T Get<T>()
        where T : notnull => _provider.GetRequiredService<T>();

    public IngressMessage MessageOf(Envelope envelope) =>
        Wrap(EnvelopeCodec.Encode(envelope), EnvelopeCodec.DescribeChannels(envelope));

    public IngressMessage Wrap(byte[] body, string? channels, string? subject = Envelope.Subject, string session = Session) => new(
        session, $"m{++_lastSequenceNumber}", subject, body, channels, Time.GetUtcNow(), _lastSequenceNumber);

    public static Envelope EnvelopeOf(params (ChannelName Channel, long Number)[] items) => new(
        Guid.NewGuid(), [.. items.Select(item => new Publication(
            item.Channel, Alice, new string('a', 32), "alice", item.Number, RawJson.FromText($"{item.Number}")))]);

    public static Envelope Numbers(params long[] numbers) =>
        EnvelopeOf([.. numbers.Select(number => (Orders, number))]);

    public Task<SequencingResult> HandleAsync(Envelope envelope) => HandleAsync(MessageOf(envelope));

    public Task<SequencingResult> HandleAsync(IngressMessage message, CancellationToken stopping = default) =>
        Sequencer.HandleAsync(message, Time.GetUtcNow() + TimeSpan.FromSeconds(30), stopping);

    /// <summary>Drives the clock, pause by pause, until the work is done; nothing else moves it.</summary>
    public Task<T> DriveAsync<T>(Task<T> work, TimeSpan step)
    {
        for (var steps = 0; steps < 2000 && !work.IsCompleted; steps++)
        {
            Time.Advance(step);
        }

        return work.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public async Task<Head> HeadAsync(ChannelName? channel = null) =>
        (await Memory.ReadHeadAsync(channel ?? Orders, CancellationToken.None)).Head!;

    /// <summary>The head as one who reads for a client gets it.</summary>
    public async Task<Head> ReadCurrentAsync() =>
        (await _provider.GetRequiredService<CurrentHeads>().ReadAsync(Orders, CancellationToken.None))!;

    public async Task<IReadOnlyList<SegmentEntry>> EntriesAsync(ChannelName? channel = null) =>
        [.. Memory.SegmentsOf(channel ?? Orders, (await HeadAsync(channel)).Epoch).SelectMany(segment => segment.Entries)];

    public async ValueTask DisposeAsync() => await _provider.DisposeAsync();
}

/// <summary>The log with a say on every commit.</summary>
internal sealed class ScriptedLog(IChannelLog inner) : IChannelLog
{
    /// <summary>Decides a commit: null lets it through.</summary>
    public Func<IReadOnlyList<Segment>, CommitResult?>? OnCommit { get; set; }

    /// <summary>Written, but the answer is lost, that many times.</summary>
    public int LostAnswers { get; set; }

    /// <summary>Neither reads nor writes reach the store.</summary>
    public bool IsDown { get; set; }

    public int Commits { get; private set; }

    public int HeadReads { get; private set; }

    public Task<StoredHead> ReadHeadAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        HeadReads++;
        return IsDown ? throw new TimeoutException() : inner.ReadHeadAsync(channel, cancellationToken);
    }

    public async Task<CommitResult> CommitAsync(
        ChannelName channel, StoredHead previous, Head next, IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        Commits++;
        if (IsDown)
        {
            throw new TimeoutException();
        }

        if (OnCommit?.Invoke(segments) is { } scripted)
        {
            return scripted;
        }

        var result = await inner.CommitAsync(channel, previous, next, segments, cancellationToken);
        return LostAnswers-- > 0 ? throw new TimeoutException() : result;
    }

    public Task<IReadOnlyList<Segment>> ReadSegmentsAsync(
        ChannelName channel, string epoch, long after, long upTo, int maxBytes, CancellationToken cancellationToken) =>
        inner.ReadSegmentsAsync(channel, epoch, after, upTo, maxBytes, cancellationToken);

    public Task<bool> DeleteSegmentsAsync(ChannelName channel, string epoch, long firstRetained, CancellationToken cancellationToken) =>
        inner.DeleteSegmentsAsync(channel, epoch, firstRetained, cancellationToken);
}

/// <summary>Keeps what is sent; destinations can be down.</summary>
internal sealed class RecordingSender : IDestinationSender
{
    public HashSet<InstanceName> Down { get; } = [];

    public HashSet<InstanceName> Throttled { get; } = [];

    public bool IsTopicDown { get; set; }

    /// <summary>Decides what becomes of an event; null lets it through.</summary>
    public Func<ChannelEvent, DeliveryOutcome>? OnEvent { get; set; }

    public List<(InstanceName Instance, GatewayNotice Notice)> Sent { get; } = [];

    public List<ChannelEvent> Events { get; } = [];

    public IEnumerable<long> OffsetsAt(InstanceName instance) => Sent.Where(sent => sent.Instance == instance)
        .Select(sent => sent.Notice).OfType<MessagesFrame>().SelectMany(frame => frame.Messages).Select(message => message.Offset);

    public IEnumerable<long> EventOffsets => Events.Where(sent => sent.Kind == ChannelEvents.Messages)
        .SelectMany(sent => ((MessagesFrame)RequestCodec.DecodeNotice(sent.Json.Span)!).Messages).Select(message => message.Offset);

    public Task<DeliveryOutcome> SendToGroupAsync(
        InstanceName instance, ChannelName channel, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => Send(instance, json);

    public Task<DeliveryOutcome> SendToAllAsync(InstanceName instance, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        Send(instance, json);

    public Task<DeliveryOutcome> ProbeAsync(InstanceName instance, CancellationToken cancellationToken) =>
        Task.FromResult(OutcomeAt(instance));

    public Task<DeliveryOutcome> SendEventAsync(
        ChannelName channel, ChannelEvent channelEvent, CancellationToken cancellationToken)
    {
        if (OnEvent is not null)
        {
            return Task.FromResult(OnEvent(channelEvent));
        }

        if (IsTopicDown)
        {
            return Task.FromResult(DeliveryOutcome.Failed);
        }

        Events.Add(channelEvent);
        return Task.FromResult(DeliveryOutcome.Delivered);
    }

    private Task<DeliveryOutcome> Send(InstanceName instance, ReadOnlyMemory<byte> json)
    {
        var outcome = OutcomeAt(instance);
        if (outcome == DeliveryOutcome.Delivered)
        {
            Sent.Add((instance, RequestCodec.DecodeNotice(json.Span)!));
        }

        return Task.FromResult(outcome);
    }

    private DeliveryOutcome OutcomeAt(InstanceName instance) => Down.Contains(instance)
        ? DeliveryOutcome.Failed
        : Throttled.Contains(instance) ? DeliveryOutcome.Throttled : DeliveryOutcome.Delivered;
}

/// <summary>Keeps the tasks that are enqueued.</summary>
internal sealed class RecordingQueue : IIngressQueue
{
    public bool IsDown { get; set; }

    public List<(string Session, IngressTask Task, TimeSpan Delay)> Tasks { get; } = [];

    public Task<SendOutcome> SendAsync(string session, Envelope envelope, CancellationToken cancellationToken) =>
        Task.FromResult(SendOutcome.Refused);

    public Task<SendOutcome> SendAsync(
        string session, IngressTask task, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            return Task.FromResult(SendOutcome.Unknown);
        }

        Tasks.Add((session, task, delay));
        return Task.FromResult(SendOutcome.Accepted);
    }
}

/// <summary>Rises by one; fractions are always a half.</summary>
internal sealed class CountingEntropy : IEntropy
{
    private uint _last;

    public UInt128 NextBits() => ++_last;

    public double NextFraction() => 0.5;
}

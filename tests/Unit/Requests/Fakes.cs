using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;
using ServerlessGateway.Tests.Support.Memory;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Requests;

/// <summary>Everything that a request meets, with one list of what happened in which order.</summary>
internal sealed class RequestBench
{
    public List<string> Events { get; } = [];

    public FakeTimeProvider Time { get; } = new(Given.Now);

    public InMemorySessionStore Store { get; } = new();

    public GatewayOptions Options { get; } = new();

    public FakeGroups Groups { get; }

    public FakeReader Reader { get; }

    public FakePublisher Publisher { get; } = new();

    public RequestBench()
    {
        Groups = new FakeGroups(Events);
        Reader = new FakeReader(Events);
    }

    public ConnectionState State { get; set; } = new(
        Given.Alpha, Given.SessionId, "alice", 1, ConnectionState.UnknownSet, Given.Now.AddHours(1), Given.Capabilities());

    public string ConnectionId { get; set; } = "c1";

    public ConnectionFacts Facts => new(Given.Alpha, ConnectionId, State);

    /// <summary>The session's row.</summary>
    public Session Row => Store[Given.SessionId]!;

    public Position? Stored(string channel) => Row.Subscriptions[Given.Channel(channel)];

    /// <summary>A session whose current connection is this one, and knows its channels.</summary>
    public void Granted(params (string, Position?)[] subscriptions)
    {
        var session = Given.Session(subscriptions).WithCurrent("c1", "alpha");
        Store.Put(session);
        State = State with { SetVersion = ConnectionState.VersionOf(session.Subscriptions.Keys) };
    }

    public Task<SubscribeAnswer> SubscribeAsync(params string[] channels) => SendAsync<SubscribeAnswer>(
        new SubscribeRequest([.. channels.Select(channel => new SubscribeItem(channel))]) { Id = 1 });

    public Task<SubscribeAnswer> ResumeAsync(params string[] channels) => SendAsync<SubscribeAnswer>(
        new ResumeRequest([.. channels.Select(channel => new SubscribeItem(channel))]) { Id = 1 });

    /// <summary>Sends a request as a client does, and keeps what becomes of the connection's state.</summary>
    public async Task<TReply> SendAsync<TReply>(GatewayRequest request)
        where TReply : GatewayReply
    {
        var reply = await SendAsync(RequestCodec.Encode(request));
        return Assert.IsType<TReply>(reply);
    }

    public async Task<GatewayReply> SendAsync(byte[] body, CancellationToken cancellationToken = default)
    {
        var result = await CreateHandler().HandleAsync(body, Facts, cancellationToken);
        State = result.State ?? State;
        return ReplyCodec.Decode(result.Reply)!;
    }

    public RequestHandler CreateHandler()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var rows = Given.Rows(Store, Time);
        var pages = new PageReader(Reader, options);
        return new RequestHandler(
            new RequestHandlers(
                new PublishHandler(Publisher, options, NullLogger<PublishHandler>.Instance),
                new SubscribeHandler(rows, Groups, pages, options, Time),
                new UnsubscribeHandler(rows, Groups, options),
                new ReadHandler(rows, Reader, pages, options)),
            new RequestSetting(Time, options),
            Given.Metrics(),
            NullLogger<RequestHandler>.Instance);
    }
}

/// <summary>The groups of one connection.</summary>
internal sealed class FakeGroups(List<string> events) : IConnectionGroups
{
    public HashSet<string> Joined { get; } = [];

    public int AddCalls { get; private set; }

    public GroupOutcome Outcome { get; set; } = GroupOutcome.Done;

    public GroupOutcome RemoveOutcome { get; set; } = GroupOutcome.Done;

    public Exception? Failure { get; set; }

    public Task<GroupOutcome> AddAsync(
        InstanceName instance, string connectionId, IReadOnlyCollection<ChannelName> channels, CancellationToken cancellationToken)
    {
        AddCalls++;
        if (Failure is not null)
        {
            throw Failure;
        }

        if (Outcome == GroupOutcome.Done)
        {
            Joined.UnionWith(channels.Select(channel => channel.Value));
            events.AddRange(channels.Select(channel => $"join {channel}"));
        }

        return Task.FromResult(Outcome);
    }

    public Task<GroupOutcome> RemoveAsync(
        InstanceName instance, string connectionId, IReadOnlyCollection<ChannelName> channels, CancellationToken cancellationToken)
    {
        if (RemoveOutcome == GroupOutcome.Done)
        {
            Joined.ExceptWith(channels.Select(channel => channel.Value));
            events.AddRange(channels.Select(channel => $"leave {channel}"));
        }

        return Task.FromResult(RemoveOutcome);
    }
}

/// <summary>Logs of channels: a head each, and messages of a size.</summary>
internal sealed class FakeReader(List<string> events) : IChannelReader
{
    public Dictionary<string, long> Heads { get; } = [];

    public int MessageBytes { get; set; } = 10;

    public Dictionary<string, ErrorDetail> Errors { get; } = [];

    public List<(string Channel, Position? Position, int MaxBytes)> Reads { get; } = [];

    public Exception? Failure { get; set; }

    public Func<CancellationToken, Task>? BeforeRead { get; set; }

    public async Task<ChannelPage> ReadAsync(
        ChannelName channel, Position? position, int maxBytes, CancellationToken cancellationToken)
    {
        events.Add($"read {channel}");
        Reads.Add((channel.Value, position, maxBytes));
        await (BeforeRead?.Invoke(cancellationToken) ?? Task.CompletedTask);
        if (Failure is not null)
        {
            throw Failure;
        }

        if (Errors.TryGetValue(channel.Value, out var error))
        {
            return ChannelPage.Failed(channel.Value, error);
        }

        var head = Heads.GetValueOrDefault(channel.Value);
        if (position is not { } place)
        {
            return new ChannelPage(channel.Value, Outcome.Started, "e", head + 1, head, true, []);
        }

        var messages = new List<GatewayMessage>();
        var left = maxBytes;
        for (var offset = place.Offset + 1; offset <= head && left > 0; offset++)
        {
            messages.Add(new GatewayMessage(offset, 1, "alice", "p", offset, RawJson.FromText($"\"{new string('x', MessageBytes - 2)}\"")));
            left -= MessageBytes;
        }

        return new ChannelPage(
            channel.Value, Outcome.Recovered, "e", place.Offset + 1, head, place.Offset + messages.Count == head, messages);
    }

    public Task<ChannelHead> CheckAsync(ChannelName channel, CancellationToken cancellationToken) => Failure is not null
        ? throw Failure
        : Task.FromResult(new ChannelHead(channel.Value, "e", Heads.GetValueOrDefault(channel.Value)));
}

/// <summary>Takes publications as a test says.</summary>
internal sealed class FakePublisher : IPublisher
{
    public List<Publication> Taken { get; } = [];

    public Func<IReadOnlyList<Publication>, IReadOnlyList<PublishItemAnswer>> Answer { get; set; } =
        publications => [.. publications.Select(_ => PublishItemAnswer.Accepted)];

    public Task<IReadOnlyList<PublishItemAnswer>> PublishAsync(
        IReadOnlyList<Publication> publications, CancellationToken cancellationToken)
    {
        Taken.AddRange(publications);
        return Task.FromResult(Answer(publications));
    }
}

using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>
/// The gateway as far as a client can tell: channels, subscriptions of connections, answers. With some probability it
/// refuses, is busy, or commits and says that it does not know; it always keeps the prefix rule (P3).
/// </summary>
internal sealed class FakeGateway(Random random, double trouble)
{
    private const int PageSize = 4;

    private readonly Dictionary<string, FakeLog> _logs = [];

    /// <summary>Channels by connection.</summary>
    private readonly Dictionary<int, HashSet<string>> _groups = [];

    /// <summary>What the session's channels are, restored at connect.</summary>
    private HashSet<string> _session = [];

    public double Trouble { get; set; } = trouble;

    /// <summary>Called with each frame and the connections that are to get it.</summary>
    public required Action<IReadOnlyList<int>, GatewayNotice> Send { get; init; }

    public IEnumerable<FakeLog> Logs => _logs.Values;

    public static PublishItemAnswer Retry(ErrorCode code) => new(PublishStatus.Retry, ErrorDetail.Of(code, "m"));

    public static PublishItemAnswer Refused(ErrorCode code) => new(PublishStatus.Refused, ErrorDetail.Of(code, "m"));

    public FakeLog Log(string channel) =>
        _logs.TryGetValue(channel, out var log) ? log : _logs[channel] = new FakeLog(channel);

    public void Connect(int connection) => _groups[connection] = [.. _session];

    public void Disconnect(int connection) => _groups.Remove(connection);

    public void Append(string channel, string publisher, params IEnumerable<PublishItem> items)
    {
        if (Log(channel).Append(publisher, items) is { } frame)
        {
            Send([.. _groups.Where(group => group.Value.Contains(channel)).Select(group => group.Key)], frame);
        }
    }

    public GatewayReply Answer(int connection, GatewayRequest request) => request switch
    {
        PublishRequest publish => new PublishAnswer(publish.Id, Publish(publish)),
        SubscribeRequest subscribe => Subscribe(connection, subscribe.Id, "subscribe", subscribe.Channels, false),
        ResumeRequest resume => Subscribe(connection, resume.Id, "resume", resume.Channels, true),
        HistoryRequest history when Fails() =>
            new HistoryAnswer(history.Id, ChannelPage.Failed(history.Channel, ErrorDetail.Of(ErrorCodes.StoreUnavailable, "m"))),
        HistoryRequest history => new HistoryAnswer(history.Id, Log(history.Channel).Read(history.Position, PageSize)),
        CheckRequest check => new CheckAnswer(
            check.Id, [.. check.Channels.Select(name => new ChannelHead(name, Log(name).Epoch, Log(name).Head))]),
        UnsubscribeRequest unsubscribe => Unsubscribe(connection, unsubscribe),
        _ => new DoneAnswer(request.Id, "positions"),
    };

    private bool Fails() => random.NextDouble() < Trouble;

    private SubscribeAnswer Subscribe(int connection, long id, string to, IReadOnlyList<SubscribeItem> items, bool replaces)
    {
        if (replaces)
        {
            _session = [];
            _groups[connection] = [];
        }

        // The group first, then the read (R1).
        _session.UnionWith(items.Select(item => item.Channel));
        _groups[connection].UnionWith(items.Select(item => item.Channel));
        return new SubscribeAnswer(id, to, [.. items.Select(item => Fails()
            ? ChannelPage.Failed(item.Channel, ErrorDetail.Of(ErrorCodes.StoreUnavailable, "m"))
            : Log(item.Channel).Read(item.Position, PageSize))]);
    }

    private DoneAnswer Unsubscribe(int connection, UnsubscribeRequest request)
    {
        _session.ExceptWith(request.Channels);
        _groups[connection].ExceptWith(request.Channels);
        return new DoneAnswer(request.Id, "unsubscribe");
    }

    private List<PublishItemAnswer> Publish(PublishRequest request)
    {
        var stopped = new HashSet<string>();
        var answers = new List<PublishItemAnswer>();
        foreach (var item in request.Items)
        {
            var answer = stopped.Contains(item.Channel) ? Retry(ErrorCodes.BehindEarlier) : Decide(item, request.Publisher);
            if (answer.Status != PublishStatus.Accepted)
            {
                stopped.Add(item.Channel);
            }

            answers.Add(answer);
        }

        return answers;
    }

    private PublishItemAnswer Decide(PublishItem item, string publisher)
    {
        var luck = random.NextDouble();
        if (luck < Trouble / 3)
        {
            return Retry(ErrorCodes.Busy);
        }

        if (luck < Trouble / 2)
        {
            return Refused(ErrorCodes.RightMissing);
        }

        if (luck > Trouble * 0.6)
        {
            Append(item.Channel, publisher, item);
            return PublishItemAnswer.Accepted;
        }

        // Unknown: it was committed in half of the cases.
        if (random.Next(2) == 0)
        {
            Append(item.Channel, publisher, item);
        }

        return Retry(ErrorCodes.OutcomeUnknown);
    }
}

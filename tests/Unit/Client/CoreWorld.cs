using System.Text;
using System.Text.Json;
using ServerlessGateway.Client;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>
/// One client, the gateway, and a network between them that loses, doubles and reorders live frames, cuts sockets at
/// any moment, and delays everything, on one virtual clock: a run follows from its seed alone. What the application saw
/// is judged as it happens.
/// </summary>
internal sealed class CoreWorld
{
    private readonly Random _random;
    private readonly ClientCore _core;
    private readonly FakeGateway _gateway;
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _plan = new();
    private readonly double _loss;
    private long _order;
    private TimeSpan _now;
    private TimeSpan _serverFree;
    private int _attempt;
    private int _open;

    /// <summary>The subscription of each channel; one that was left has none until it is joined again.</summary>
    private readonly Dictionary<string, long> _subscriptions = [];

    public CoreWorld(int seed)
    {
        _random = new Random(seed);
        _loss = _random.NextDouble() * 0.4;
        var options = new CoreOptions { MaxHeldMessages = _random.Next(1, 20), MaxQueuedMessages = _random.Next(1, 20) };
        _core = new ClientCore(options, CoreDriver.Publisher, new Random(seed));
        _gateway = new FakeGateway(_random, _random.NextDouble() * 0.4) { Send = Broadcast };
        IsCalm = false;
    }

    public bool IsCalm { get; private set; }

    public ClientJudge Judge { get; } = new();

    public ClientCore Core => _core;

    public FakeGateway Gateway => _gateway;

    /// <summary>Everything that happens in a run, then a calm in which the client must catch up.</summary>
    public void Run(IReadOnlyList<string> channels, int steps)
    {
        Give(new ConnectCommand());
        for (var at = 0; at < channels.Count; at++)
        {
            Join(channels[at]);
        }

        for (var step = 0; step < steps; step++)
        {
            After(_random.NextDouble() * 20_000, () => Disturb(channels));
        }

        Until(TimeSpan.FromSeconds(30));
        (IsCalm, _gateway.Trouble) = (true, 0);
        Until(TimeSpan.FromMinutes(12));
    }

    private void Disturb(IReadOnlyList<string> channels)
    {
        var channel = channels[_random.Next(channels.Count)];
        var log = _gateway.Log(channel);
        switch (_random.Next(21))
        {
            case < 9:
                var ticket = ++_order;
                Judge.Published(ticket, channel);
                Give(new PublishCommand(ticket, ChannelName.Parse(channel), RawJson.FromText("1")));
                break;
            case < 14:
                var other = new PublishItem(channel, ++_order, RawJson.FromText("2"));
                _gateway.Append(channel, "other", other);
                break;
            case < 16:
                CutSocket();
                break;
            case 16:
                log.Trim(log.Head - _random.Next(5));
                break;
            case 17:
                log.EndEpoch();
                break;
            case 18:
                Rejoin(channel);
                break;
            case 19:
                Broadcast([_open], new HeadNotice(channel, log.Epoch, log.Head));
                break;
            default:
                Broadcast([_open], new CheckNotice(500));
                break;
        }
    }

    /// <summary>Leaves a channel and comes back behind what was handed on, at once or while the leaving is under way.</summary>
    private void Rejoin(string channel)
    {
        if (_subscriptions.Remove(channel, out var subscription))
        {
            Give(new UnsubscribeCommand(subscription));
            After(_random.Next(2) * Delay(), () => Join(channel));
        }
    }

    private void Join(string channel)
    {
        var subscription = _subscriptions[channel] = ++_order;
        Give(new SubscribeCommand(subscription, ChannelName.Parse(channel), StartFrom.After(Judge.PositionOf(channel))));
    }

    private void CutSocket()
    {
        var attempt = _attempt;
        Disconnect(attempt);
        Give(new SocketClosed(attempt, "cut"));
    }

    private void Disconnect(int attempt)
    {
        _gateway.Disconnect(attempt);
        _open = _open == attempt ? 0 : _open;
    }

    private void Give(CoreInput input)
    {
        var outputs = new List<CoreOutput>();
        _core.Handle(_now, input, outputs);
        foreach (var output in outputs)
        {
            Perform(output);
        }
    }

    private void Perform(CoreOutput output)
    {
        switch (output)
        {
            case NegotiateEffect effect:
                _attempt = effect.Attempt;
                After(Delay(), () => Negotiate(effect.Attempt));
                break;
            case OpenSocketEffect effect:
                After(Delay(), () => Greet(effect.Attempt));
                break;
            case SendFrameEffect effect:
                Receive(effect.Attempt, effect.Utf8);
                break;
            case CloseSocketEffect effect:
                Disconnect(effect.Attempt);
                break;
            case DeliverItem deliver:
                Judge.HandedOn(deliver.Item);
                After(Delay(), () => Give(new ItemsProcessed(deliver.Subscription, deliver.Item.Position, 1, deliver.Bytes)));
                break;
            case PublicationSettled settled:
                Judge.Settled(settled.Ticket, settled.Result!);
                break;
        }
    }

    private void Negotiate(int attempt)
    {
        if (!IsCalm && _random.Next(4) == 0)
        {
            Give(new AttemptFailed(attempt, ErrorDetail.Of(ErrorCodes.StoreUnavailable, "m")));
            return;
        }

        Give(new Negotiated(attempt, new NegotiateAnswer("ws://x", "p", "s", $"i{attempt % 2}", new ClientLimits())));
    }

    private void Greet(int attempt)
    {
        if (attempt == _attempt)
        {
            _gateway.Connect(attempt);
            (_open, _serverFree) = (attempt, _now);
            Give(new FrameReceived(attempt, """{"type":"system","event":"connected"}"""u8.ToArray()));
        }
    }

    /// <summary>The service hands on one request of a connection at a time, in order.</summary>
    private void Receive(int attempt, ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        if (!document.RootElement.TryGetProperty("data", out var data))
        {
            After(Delay(), () => Give(new FrameReceived(attempt, """{"type":"pong"}"""u8.ToArray())));
            return;
        }

        var request = RequestCodec.Decode(Encoding.UTF8.GetBytes(data.GetRawText())).Request!;
        _serverFree = (_serverFree > _now ? _serverFree : _now) + TimeSpan.FromMilliseconds(Delay());
        At(_serverFree, () => Handle(attempt, request));
    }

    private void Handle(int attempt, GatewayRequest request)
    {
        if (attempt != _open)
        {
            return;
        }

        // The socket can be lost before the request was handled, or between that and its answer.
        var luck = IsCalm ? 1 : _random.NextDouble();
        if (luck < 0.03)
        {
            CutSocket();
            return;
        }

        var reply = _gateway.Answer(attempt, request);
        if (luck < 0.06)
        {
            CutSocket();
            return;
        }

        var ack = Encoding.UTF8.GetBytes($$"""{"type":"ack","ackId":{{request.Id}},"success":{{(luck > 0.1 ? "true" : "false")}}}""");
        if (luck > 0.1)
        {
            Give(new FrameReceived(attempt, Encoding.UTF8.GetBytes(
                $$"""{"type":"message","from":"server","data":{{Encoding.UTF8.GetString(ReplyCodec.Encode(reply))}}}""")));
        }

        Give(new FrameReceived(attempt, ack));
    }

    private void Broadcast(IReadOnlyList<int> connections, GatewayNotice notice)
    {
        var frame = Encoding.UTF8.GetBytes(
            $$"""{"type":"message","from":"group","group":"g","data":{{Encoding.UTF8.GetString(RequestCodec.Encode(notice))}}}""");
        foreach (var connection in connections)
        {
            var copies = IsCalm || _random.NextDouble() > _loss ? _random.NextDouble() < 0.2 ? 2 : 1 : 0;
            for (var copy = 0; copy < copies; copy++)
            {
                After(Delay() * _random.Next(1, 10), () => Give(new FrameReceived(connection, frame)));
            }
        }
    }

    private double Delay() => 1 + (_random.NextDouble() * 40);

    private void After(double milliseconds, Action action) => At(_now + TimeSpan.FromMilliseconds(milliseconds), action);

    private void At(TimeSpan time, Action action) => _plan.Enqueue(action, (time, ++_order));

    private void Until(TimeSpan end)
    {
        while (true)
        {
            var due = _core.NextDue;
            var planned = _plan.TryPeek(out _, out var next) ? next.At : (TimeSpan?)null;
            var at = Timing.Earlier(due, planned);
            if (at is null || at > end)
            {
                _now = end;
                return;
            }

            _now = at > _now ? at.Value : _now;
            if (planned is not null && planned <= _now)
            {
                _plan.Dequeue()();
            }
            else
            {
                Judge.Ticked(_now);
                Give(new Tick());
            }
        }
    }
}

using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

/// <summary>
/// One reliable connection on a real hub, a client that takes frames as they come, and a model of both that is too simple
/// to be wrong: the list of all messages, how many of them are acknowledged, and since when the client is away.
/// </summary>
internal sealed class ReliableRun
{
    private const string Id = "c";
    private const int Limit = 6;
    private const string Subprotocol = "reliable";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly ClientProtocol _protocol;
    private readonly FakeTimeProvider _time = new();
    private readonly HubCore _hub;
    private readonly HubConnection _connection;
    private readonly List<Message> _sent = [];
    private readonly List<Message> _unacknowledged = [];
    private Outbox? _socket;
    private bool _isFirstFrame = true;
    private int _tokens = 1;
    private DateTimeOffset? _awaySince;
    private bool _hasEnded;

    public ReliableRun(ClientProtocol protocol)
    {
        _protocol = protocol;
        _hub = new HubCore(
            HubName.Parse("hub"), new HubLimits { MaxUnacknowledgedMessages = Limit, RecoveryWindow = Window }, _time);
        _connection = _hub.TryOpen(new ConnectionSpec
        {
            ConnectionId = Id,
            Protocol = protocol,
            IsReliable = true,
            Subprotocol = Subprotocol,
            ReconnectionToken = "token1",
            Groups = [GroupName.Parse("g")],
        })!;
        _socket = _connection.Outbox;
    }

    /// <summary>The highest sequence id that the client has seen.</summary>
    public ulong Received { get; private set; }

    public bool HasAll => Received == (ulong)_sent.Count;

    public void Send(int count, int ttlSeconds)
    {
        for (var i = 0; i < count; i++)
        {
            var text = $"m{_sent.Count + 1}";
            var data = new MessageData(MessageDataType.Text, Encoding.UTF8.GetBytes(text)) { TtlSeconds = ttlSeconds };
            var taken = _hub.Send(
                new Target.Group(GroupName.Parse("g")), SendScope.Everyone, Delivery.FromGroup(GroupName.Parse("g"), data));
            var isTaken = TakeInModel(new Message((ulong)_sent.Count + 1, text, ttlSeconds == 0 ? null : Now.AddSeconds(ttlSeconds)));
            Assert.Equal(isTaken ? 1 : 0, taken);
        }
    }

    /// <summary>Takes at most so many frames from the present socket.</summary>
    public void Receive(int count)
    {
        for (var i = 0; i < count && _socket is not null && _socket.TryDequeue(out var frame, out _); i++)
        {
            See(DecodedFrame.Of(_protocol, frame.ToArray()));
        }
    }

    public void Acknowledge(ulong sequenceId)
    {
        if (_socket is null) return;
        Assert.True(_hub.HandleAtOnce(_connection, _socket, new ClientRequest.SequenceAck(sequenceId)));
        _unacknowledged.RemoveAll(message => message.Id <= sequenceId);
    }

    public void LoseSocket()
    {
        if (_socket is null) return;
        Assert.Equal(!_hasEnded, _hub.EndFrom(_connection, _socket, ConnectionEnd.Lost));
        _socket = null;
        if (!_hasEnded) _awaySince = Now;
    }

    /// <summary>Comes back, also while the old socket still looks open.</summary>
    public void Recover()
    {
        var old = _socket;
        var token = string.Create(CultureInfo.InvariantCulture, $"token{_tokens + 1}");
        var recovered = _hub.TryRecover(Id, Subprotocol, token);
        Assert.Equal(_hasEnded, recovered is null);
        if (recovered is null) return;
        _tokens++;
        _socket = recovered.Outbox;
        _isFirstFrame = true;
        _awaySince = null;
        if (old is null) return;
        Assert.Equal(EndKind.Replaced, old.End!.Kind);
        // What the old socket still reports is news of the past.
        Assert.False(_hub.EndFrom(_connection, old, ConnectionEnd.Lost));
    }

    public void Wait(TimeSpan time)
    {
        _time.Advance(time);
        if (_awaySince is { } since && Now - since >= Window) EndInModel();
    }

    /// <summary>Compares whether the connection goes on; that it ended is known from outside at once.</summary>
    public void CompareEnd()
    {
        Assert.Equal(_hasEnded, _hub.Find(Id) is null);
        Assert.Equal(!_hasEnded, _hub.Exists(new Target.Group(GroupName.Parse("g"))));
        Assert.Equal(_hasEnded, _connection.End is not null);
        if (!_hasEnded) Assert.Equal(_awaySince is null, _connection.IsOnline);
    }

    /// <summary>Comes back for good and takes all there is.</summary>
    public void Finish()
    {
        Recover();
        if (_hasEnded) return;
        Receive(int.MaxValue);
        CheckGap((ulong)_sent.Count + 1);
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    private bool TakeInModel(Message message)
    {
        if (_hasEnded) return false;
        if (_unacknowledged.Count == Limit) _unacknowledged.RemoveAll(IsOver);
        if (_unacknowledged.Count == Limit)
        {
            EndInModel();
            return false;
        }

        _sent.Add(message);
        _unacknowledged.Add(message);
        return true;
    }

    private void EndInModel()
    {
        _hasEnded = true;
        // A socket that is closed for slowness throws away what it has not sent.
        _socket = null;
        _awaySince = null;
    }

    private void See(DecodedFrame frame)
    {
        if (_isFirstFrame)
        {
            Assert.Equal(Id, frame.ConnectionId);
            Assert.Equal($"token{_tokens}", frame.ReconnectionToken);
            _isFirstFrame = false;
            return;
        }

        var message = _sent[(int)frame.SequenceId!.Value - 1];
        Assert.Equal(message.Text, frame.Data);
        Assert.False(IsOver(message), $"{message} came too late.");
        if (message.Id <= Received) return;
        CheckGap(message.Id);
        Received = message.Id;
    }

    // Everything between what the client has and the next message was over before it could come.
    private void CheckGap(ulong next) =>
        Assert.All(_sent.Where(message => message.Id > Received && message.Id < next), message => Assert.True(IsOver(message)));

    private bool IsOver(Message message) => message.Until <= Now;

    private sealed record Message(ulong Id, string Text, DateTimeOffset? Until);
}

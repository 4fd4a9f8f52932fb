using System.Text;
using System.Text.Json;
using ServerlessGateway.Client;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Client;

/// <summary>
/// Plays the world around one core, step by step: every test says what arrives and when, and looks at what leaves.
/// Frames that the core sends wait in <see cref="Requests"/> until a test takes them.
/// </summary>
internal sealed class CoreDriver
{
    public const string Publisher = "0123456789abcdef0123456789abcdef";

    private readonly ClientCore _core;
    private long _ticket;

    public CoreDriver(CoreOptions? options = null) => _core = new ClientCore(options ?? new CoreOptions(), Publisher, new Random(1));

    public ClientCore Core => _core;

    public TimeSpan Now { get; private set; }

    public int Attempt { get; private set; }

    public List<GatewayRequest> Requests { get; } = [];

    public List<ChannelItem> Items { get; } = [];

    public List<PublishResult?> Results { get; } = [];

    public List<CoreOutput> Outputs { get; } = [];

    public IEnumerable<long> Offsets => Items.OfType<ChannelMessage>().Select(message => message.Offset);

    public static GatewayMessage Message(long offset) =>
        new(offset, 1, "u", Publisher, offset, RawJson.FromText($$"""{"n":{{offset}}}"""));

    public static ChannelPage Page(string channel, string epoch, long from, long to, long head, Outcome outcome = Outcome.Recovered) =>
        new(channel, outcome, epoch, from, head, to >= head, [.. Range(from, to).Select(Message)]);

    public static IEnumerable<long> Range(long from, long to)
    {
        for (var offset = from; offset <= to; offset++)
        {
            yield return offset;
        }
    }

    public void Give(CoreInput input)
    {
        var outputs = new List<CoreOutput>();
        _core.Handle(Now, input, outputs);
        Outputs.AddRange(outputs);
        foreach (var output in outputs)
        {
            Note(output);
        }
    }

    /// <summary>Moves time on, stopping at each moment that the core asked for.</summary>
    public void Advance(TimeSpan by)
    {
        var end = Now + by;
        while (_core.NextDue is { } due && due <= end)
        {
            Now = due > Now ? due : Now;
            Give(new Tick());
        }

        Now = end;
        Give(new Tick());
    }

    public void Connect(string session = "5f0c0000000000000000000000000000", string instance = "alpha")
    {
        Give(new ConnectCommand());
        FinishConnecting(session, instance);
    }

    public void FinishConnecting(string session = "5f0c0000000000000000000000000000", string instance = "alpha")
    {
        var answer = new NegotiateAnswer("ws://x", "json.webpubsub.azure.v1", session, instance, new ClientLimits());
        Give(new Negotiated(Attempt, answer));
        Frame("""{"type":"system","event":"connected","userId":"u","connectionId":"c"}""");
    }

    public void Cut() => Give(new SocketClosed(Attempt, "cut"));

    public void Frame(string text) => Give(new FrameReceived(Attempt, Encoding.UTF8.GetBytes(text)));

    public void Answer(GatewayReply reply) => Frame(
        $$"""{"type":"message","from":"server","dataType":"json","data":{{Encoding.UTF8.GetString(ReplyCodec.Encode(reply))}}}""");

    /// <summary>As the service delivers it: what is sent to a group names the group, what is sent to all comes from the server.</summary>
    public void Notice(GatewayNotice notice) => Frame(
        $$"""{"type":"message",{{(notice is CheckNotice ? "\"from\":\"server\"" : "\"from\":\"group\",\"group\":\"g\"")}},"dataType":"json","data":{{Encoding.UTF8.GetString(RequestCodec.Encode(notice))}}}""");

    public void Live(string channel, string epoch, long from, long to) =>
        Notice(new MessagesFrame(channel, epoch, [.. Range(from, to).Select(Message)]));

    public long Subscribe(string channel, StartFrom from = default)
    {
        Give(new SubscribeCommand(++_ticket, ChannelName.Parse(channel), from));
        return _ticket;
    }

    /// <summary>Subscribes and answers that reading begins behind an offset.</summary>
    public long Open(string channel, string epoch, long head)
    {
        var subscription = Subscribe(channel);
        var request = Take<SubscribeRequest>();
        var started = new ChannelPage(channel, Outcome.Started, epoch, head + 1, head, true, []);
        Answer(new SubscribeAnswer(request.Id, "subscribe", [started]));
        return subscription;
    }

    public long Publish(string channel, string json = "1")
    {
        Give(new PublishCommand(++_ticket, ChannelName.Parse(channel), RawJson.FromText(json)));
        return _ticket;
    }

    public void AnswerPublish(PublishRequest request, params PublishItemAnswer[] items) => Answer(new PublishAnswer(request.Id, items));

    public void Process(long subscription, ChannelItem item) => Give(new ItemsProcessed(subscription, item.Position, 1, 0));

    /// <summary>The oldest request that was not taken yet, which must be of this type.</summary>
    public T Take<T>()
        where T : GatewayRequest
    {
        Assert.NotEmpty(Requests);
        var request = Assert.IsType<T>(Requests[0]);
        Requests.RemoveAt(0);
        return request;
    }

    private void Note(CoreOutput output)
    {
        switch (output)
        {
            case NegotiateEffect effect:
                Attempt = effect.Attempt;
                break;
            case SendFrameEffect send:
                using (var document = JsonDocument.Parse(send.Utf8))
                {
                    if (document.RootElement.TryGetProperty("data", out var data))
                    {
                        Requests.Add(RequestCodec.Decode(Encoding.UTF8.GetBytes(data.GetRawText())).Request!);
                    }
                }

                break;
            case DeliverItem deliver:
                Items.Add(deliver.Item);
                break;
            case PublicationSettled settled:
                Results.Add(settled.Result);
                break;
        }
    }
}

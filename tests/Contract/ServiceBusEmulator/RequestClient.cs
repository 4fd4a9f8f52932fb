using Amqp;
using Amqp.Framing;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>The request-response pattern of <c>$cbs</c> and <c>$management</c> over the AMQPNetLite client.</summary>
internal sealed class RequestClient(Session session, string node)
{
    private readonly string _replyTo = $"replies-{Guid.NewGuid():N}";
    private readonly SenderLink _sender = new(session, $"requests-{Guid.NewGuid():N}", node);
    private ReceiverLink? _receiver;
    private int _number;

    public async Task<Message> AskAsync(ApplicationProperties properties, object? body)
    {
        var answer = await TryAskAsync(properties, body);
        Assert.NotNull(answer);
        return answer;
    }

    public Task<Message> ManageAsync(string operation, object? body) =>
        AskAsync(new ApplicationProperties { ["operation"] = operation }, body);

    /// <summary>Null where the connection was lost before the answer came.</summary>
    public Task<Message?> TryManageAsync(string operation, object? body) =>
        TryAskAsync(new ApplicationProperties { ["operation"] = operation }, body);

    private async Task<Message?> TryAskAsync(ApplicationProperties properties, object? body)
    {
        _receiver ??= new ReceiverLink(
            session,
            _replyTo,
            new Attach { Source = new Source { Address = node }, Target = new Target { Address = _replyTo } },
            null);
        var request = new Message
        {
            Properties = new Properties { MessageId = $"request-{++_number}", ReplyTo = _replyTo },
            ApplicationProperties = properties,
            BodySection = new AmqpValue { Value = body },
        };
        await _sender.SendAsync(request, EmulatorFixture.Patience);
        var answer = await _receiver.ReceiveAsync(EmulatorFixture.Patience);
        Assert.Equal(request.Properties.MessageId, answer?.Properties.CorrelationId ?? request.Properties.MessageId);
        return answer;
    }
}

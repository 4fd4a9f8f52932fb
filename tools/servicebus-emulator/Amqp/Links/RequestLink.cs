using Amqp;
using Amqp.Framing;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>The sending half of a request-response pair: <c>$cbs</c> or an entity's <c>$management</c>.</summary>
internal sealed class RequestLink(AmqpSession session, Attach attach, IRequestNode node) : IncomingLink(session, attach)
{
    protected override long MaxMessageBytes => Connection.Limits.MaxRequestBytes;

    protected override void OnMessage(
        uint deliveryId, uint format, bool settled, ReadOnlyMemory<byte> message, bool isLent)
    {
        Message request;
        try
        {
            request = MessageReader.ReadRequest(isLent ? message.ToArray() : message);
        }
        catch (AmqpFaultException e)
        {
            Answer(deliveryId, settled, Fault(e.Condition, e.Message));
            return;
        }

        Answer(deliveryId, settled, null);

        // Counts as being stored until it is answered: a peer cannot have more under way than it could send messages.
        var bytes = message.Length;
        Connection.BytesBeingStored += bytes;
        node.Handle(request, answer =>
        {
            Connection.BytesBeingStored -= bytes;
            Reply(request, answer);
        });
    }

    protected override void OnEnded()
    {
        // Requests under way finish; their answers find their own link.
    }

    /// <summary>
    /// Finds where the answer is expected. Clients disagree: some give the receiving link's target address as
    /// reply-to, the JavaScript SDK gives that link's name and no target at all, and all of them put both links into
    /// one session.
    /// </summary>
    private void Reply(Message request, Message answer)
    {
        var replyTo = request.Properties?.ReplyTo;
        answer.Properties ??= new Properties();
        if (request.Properties?.GetMessageId() is { } id)
        {
            answer.Properties.SetCorrelationId(id);
        }

        var candidates = Connection.Links.OfType<ReplyLink>().Where(link => link.Node.Equals(node)).ToList();
        var link = candidates.Find(link => replyTo is not null && link.TargetAddress == replyTo)
            ?? candidates.Find(link => replyTo is not null && link.Name == replyTo)
            ?? candidates.Find(link => link.Session == Session);
        link?.Send(answer);
    }
}

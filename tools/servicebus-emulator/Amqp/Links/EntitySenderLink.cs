using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Faults;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// A link on which a client sends messages to a queue or topic. An acceptance means that the broker has them for
/// good.
/// </summary>
internal sealed class EntitySenderLink(AmqpSession session, Attach attach, BrokerEntity entity)
    : IncomingLink(session, attach)
{
    public override string EntityAddress => entity.Address;

    protected override long MaxMessageBytes { get; } =
        Math.Min(entity.MaxMessageBytes, session.Connection.Limits.MaxMessageBytes);

    protected override void OnMessage(
        uint deliveryId, uint format, bool settled, ReadOnlyMemory<byte> message, bool isLent)
    {
        IReadOnlyList<BrokerMessage> messages;
        try
        {
            messages = MessageReader.ReadTransfer(format, message, isLent, Connection.NewId);
        }
        catch (AmqpFaultException e)
        {
            // The frames were sound, so the connection is: only this message is refused.
            Answer(deliveryId, settled, Fault(e.Condition, e.Message));
            return;
        }

        if (Connection.Faults.IsBusy(BusyOperation.Send, Connection, EntityAddress))
        {
            Answer(deliveryId, settled, Fault(NamespaceFaults.Busy.Symbol, NamespaceFaults.Busy.Description));
            return;
        }

        var losesAnswer = Connection.Faults.LosesSendAnswer(Connection, EntityAddress);
        var bytes = message.Length;
        Connection.BytesBeingStored += bytes;
        Connection.Await(entity.SendAsync(messages), error =>
        {
            Connection.BytesBeingStored -= bytes;
            if (losesAnswer)
            {
                AnswerNever();
            }
            else
            {
                Answer(deliveryId, settled, error is null ? null : Fault(error.Symbol, error.Description));
            }
        });
    }

    protected override TimeSpan? WithholdsCredit() => Connection.Faults.WithholdsCredit(Connection, EntityAddress);

    protected override void OnEnded()
    {
        // Sends under way stay so: their outcome reaches nobody, but the broker has them.
    }
}

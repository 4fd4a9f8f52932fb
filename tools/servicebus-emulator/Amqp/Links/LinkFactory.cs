using Amqp;
using Amqp.Framing;
using Amqp.Transactions;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Faults;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Finds what an attach asks for, and whether this connection may have it.</summary>
internal sealed class LinkFactory(AmqpConnection connection, MessageBroker broker, CbsNode cbs)
{
    /// <summary>What stands in the addresses of transfer dead-letter queues, and in no name of an entity.</summary>
    private const string TransferPart = "/$Transfer/";

    private readonly Dictionary<BrokerEntity, ManagementNode> _management = [];

    public AmqpLink Create(AmqpSession session, Attach attach)
    {
        var isSender = !attach.Role;
        if (isSender && attach.Target is Coordinator)
        {
            return Refuse(session, attach, ErrorCode.NotImplemented, "Transactions are not supported by the emulator.");
        }

        var address = isSender ? (attach.Target as Target)?.Address : (attach.Source as Source)?.Address;
        if (string.Equals(address?.Trim('/'), CbsNode.Address, StringComparison.OrdinalIgnoreCase))
        {
            return Exchange(session, attach, cbs);
        }

        if (address?.Contains(TransferPart, StringComparison.OrdinalIgnoreCase) == true)
        {
            return Refuse(session, attach, ErrorCode.NotImplemented,
                "Transfer dead-letter queues are not supported by the emulator: what cannot move on goes to the "
                + "dead-letter queue of the entity itself.");
        }

        if (!EntityAddress.TryParse(address, out var parsed) || !broker.TryFind(address, out var entity))
        {
            return Refuse(session, attach, ErrorCode.NotFound, $"The messaging entity '{address}' could not be found.");
        }

        // SDKs put a token for the management node itself, or for its entity: the latter covers it.
        var path = parsed.ToEntityPath() + (parsed.IsManagement ? "/$management" : string.Empty);
        if (!connection.Claims.Covers(path, connection.Time.GetUtcNow()))
        {
            return Refuse(session, attach, ErrorCode.UnauthorizedAccess,
                $"Unauthorized access to '{path}': no valid token was put to $cbs for it.");
        }

        var link = parsed.IsManagement ? Exchange(session, attach, ManagementOf(entity))
            : isSender ? Sender(session, attach, entity)
            : Receiver(session, attach, entity);
        link.ClaimPath = path;
        return link;
    }

    private static AmqpLink Exchange(AmqpSession session, Attach attach, IRequestNode node) =>
        attach.Role ? new ReplyLink(session, attach, node) : new RequestLink(session, attach, node);

    private static AmqpLink Sender(AmqpSession session, Attach attach, BrokerEntity entity) =>
        entity.Kind is EntityKind.Queue or EntityKind.Topic
            ? new EntitySenderLink(session, attach, entity)
            : Refuse(session, attach, ErrorCode.NotAllowed,
                $"'{entity.Address}' is a {entity.Kind}: nothing is sent to it.");

    private AmqpLink Receiver(AmqpSession session, Attach attach, BrokerEntity entity)
    {
        if (entity is not MessageQueue queue)
        {
            return Refuse(session, attach, ErrorCode.NotAllowed,
                $"'{entity.Address}' is a topic: receive from one of its subscriptions.");
        }

        var takesSession = TryFindSessionFilter(attach, out var sessionId);
        if (connection.Faults.IsBusy(BusyOperation.Receive, connection, queue.Address, sessionId))
        {
            return Refuse(session, attach, NamespaceFaults.Busy.Symbol, NamespaceFaults.Busy.Description);
        }

        return takesSession
            ? new SessionReceiverLink(session, attach, queue, sessionId)
            : new EntityReceiverLink(session, attach, queue);
    }

    /// <summary>The filter's value may be plain or described; null asks for the next session that is free.</summary>
    private static bool TryFindSessionFilter(Attach attach, out string? sessionId)
    {
        sessionId = null;
        foreach (KeyValuePair<object, object> filter in (attach.Source as Source)?.FilterSet ?? [])
        {
            if (filter.Key.ToString() == ServiceBusSymbols.SessionFilter)
            {
                sessionId = (filter.Value is DescribedValue described ? described.Value : filter.Value) as string;
                return true;
            }
        }

        return false;
    }

    private static RefusedLink Refuse(AmqpSession session, Attach attach, string condition, string description) =>
        new(session, attach, new Error(condition) { Description = description });

    private ManagementNode ManagementOf(BrokerEntity entity)
    {
        if (!_management.TryGetValue(entity, out var node))
        {
            node = new ManagementNode(connection, entity);
            _management.Add(entity, node);
        }

        return node;
    }
}

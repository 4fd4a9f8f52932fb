using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>
/// Settles messages: on the link that brought them, where the broker's answer tells whether the lock still held, or by
/// a management request for those that came by one. Also what else is asked about single messages.
/// </summary>
internal sealed class MessageSettler(
    RetryRunner retry, string entityPath, ManagementClient management, string? sessionId)
{
    private const string DeadLetterCondition = "com.microsoft:dead-letter";
    private long _lastPeeked;

    public static ServiceBusReceivedMessage Received(IncomingDelivery delivery) =>
        new(MessageCodec.Decode(delivery.Message))
        {
            LockTokenGuid = delivery.Tag is { Length: 16 } tag ? new Guid(tag) : Guid.Empty,
            Delivery = delivery,
        };

    public Task SettleAsync(ServiceBusReceivedMessage message, Settlement settlement, CancellationToken cancellationToken) =>
        retry.RunAsync(token => SettleOnceAsync(message, settlement, token), entityPath, cancellationToken);

    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(
        int maxMessages, long? fromSequenceNumber, CancellationToken cancellationToken)
    {
        var request = WithSession(new Map
        {
            ["from-sequence-number"] = fromSequenceNumber ?? _lastPeeked + 1,
            ["message-count"] = maxMessages,
        });
        var answer = await management.RequestAsync("peek-message", request, null, cancellationToken).ConfigureAwait(false);
        var messages = Messages(answer, arePeeked: true);
        if (messages.Count > 0)
        {
            _lastPeeked = messages[^1].SequenceNumber;
        }

        return messages;
    }

    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredAsync(
        long[] sequenceNumbers, bool locked, string? link, CancellationToken cancellationToken)
    {
        var request = WithSession(new Map
        {
            ["sequence-numbers"] = sequenceNumbers,
            ["receiver-settle-mode"] = locked ? 1u : 0u,
        });
        var answer = await management.RequestAsync("receive-by-sequence-number", request, link, cancellationToken)
            .ConfigureAwait(false);
        return Messages(answer, arePeeked: false);
    }

    public async Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken)
    {
        var answer = await management.RequestAsync(
            "renew-lock",
            new Map { ["lock-tokens"] = new[] { message.LockTokenGuid } },
            (message.Delivery as IncomingDelivery)?.Link.Name,
            cancellationToken).ConfigureAwait(false);
        message.LockedUntil = DateTime.SpecifyKind(
            ((DateTime[])Answer.Value(answer, "expirations")!)[0], DateTimeKind.Utc);
    }

    /// <summary>
    /// A link forgets what was settled on it. Of such a message a session's receiver says that its lock is lost; any other
    /// one asks the broker, which says the same.
    /// </summary>
    private Task SettleOnceAsync(ServiceBusReceivedMessage message, Settlement settlement, CancellationToken cancellationToken) =>
        message switch
        {
            { IsSettled: true, Delivery: not null } when sessionId is not null =>
                throw new AmqpFault(Condition.SessionLockLost, "The message was settled before."),
            { IsSettled: false, Delivery: IncomingDelivery { Link.IsOpen: true } delivery } =>
                SettleOnLinkAsync(delivery, settlement, cancellationToken),
            _ => SettleByRequestAsync(message, settlement, cancellationToken),
        };

    private async Task SettleOnLinkAsync(
        IncomingDelivery delivery, Settlement settlement, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await delivery.Link.SettleAsync(delivery, State(settlement), cancellationToken)
                .ConfigureAwait(false);
            if (outcome is Rejected { Error: { } error } && error.Condition?.ToString() != DeadLetterCondition)
            {
                throw AmqpFault.From(error, Condition.MessageLockLost);
            }
        }
        catch (AmqpFault fault)
        {
            // A link that is lost under way takes the answer along: as final as a lost lock, and told as one.
            var lost = sessionId is null ? Condition.MessageLockLost : Condition.SessionLockLost;
            throw fault.Condition == Condition.NotFound || !delivery.Link.IsOpen
                ? new AmqpFault(lost, fault.Message, fault)
                : fault;
        }
    }

    private async Task SettleByRequestAsync(
        ServiceBusReceivedMessage message, Settlement settlement, CancellationToken cancellationToken)
    {
        var request = WithSession(new Map
        {
            ["lock-tokens"] = new[] { message.LockTokenGuid },
            ["disposition-status"] = settlement.Kind switch
            {
                SettlementKind.Complete => "completed",
                SettlementKind.Abandon => "abandoned",
                SettlementKind.Defer => "defered",
                _ => "suspended",
            },
        });
        AddIfSet(request, "deadletter-reason", settlement.DeadLetterReason);
        AddIfSet(request, "deadletter-description", settlement.DeadLetterErrorDescription);
        if (MessageCodec.ToFields(settlement.PropertiesToModify) is { } properties)
        {
            request["properties-to-modify"] = properties;
        }

        await management.RequestOnceAsync("update-disposition", request, null, cancellationToken).ConfigureAwait(false);
    }

    private static DeliveryState State(Settlement settlement) => settlement.Kind switch
    {
        SettlementKind.Complete => new Accepted(),
        SettlementKind.Abandon => Modified(settlement, undeliverableHere: false),
        SettlementKind.Defer => Modified(settlement, undeliverableHere: true),
        _ => DeadLettered(settlement),
    };

    private static Modified Modified(Settlement settlement, bool undeliverableHere)
    {
        var modified = new Modified { UndeliverableHere = undeliverableHere };
        if (MessageCodec.ToFields(settlement.PropertiesToModify) is { } properties)
        {
            modified.MessageAnnotations = properties;
        }

        return modified;
    }

    private static Rejected DeadLettered(Settlement settlement)
    {
        var info = MessageCodec.ToFields(settlement.PropertiesToModify) ?? [];
        if (settlement.DeadLetterReason is { } reason)
        {
            info[new Symbol(DeadLetterProperty.Reason)] = reason;
        }

        if (settlement.DeadLetterErrorDescription is { } description)
        {
            info[new Symbol(DeadLetterProperty.ErrorDescription)] = description;
        }

        return new Rejected { Error = new Error(DeadLetterCondition) { Info = info } };
    }

    private static List<ServiceBusReceivedMessage> Messages(Message answer, bool arePeeked)
    {
        if (Answer.HasNothing(answer) || Answer.Value(answer, "messages") is not List entries)
        {
            return [];
        }

        return [.. entries.OfType<Map>().Select(entry => FromEntry(entry, arePeeked))];
    }

    private static ServiceBusReceivedMessage FromEntry(Map entry, bool isPeeked)
    {
        var bytes = (byte[])entry["message"];
        var message = Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
        return new ServiceBusReceivedMessage(MessageCodec.Decode(message, isPeeked))
        {
            LockTokenGuid = entry["lock-token"] is Guid lockToken ? lockToken : Guid.Empty,
        };
    }

    private static void AddIfSet(Map request, string name, string? value)
    {
        if (value is not null)
        {
            request[name] = value;
        }
    }

    private Map WithSession(Map request)
    {
        AddIfSet(request, "session-id", sessionId);
        return request;
    }
}

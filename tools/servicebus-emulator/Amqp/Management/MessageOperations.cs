using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Management of messages: schedule and cancel, peek, locks, and what was set aside.</summary>
internal static class MessageOperations
{
    /// <summary>Messages in one request or answer; the SDKs page beyond it.</summary>
    private const int MaxMessages = 4_500;

    /// <summary>Bytes of messages in one answer to peek: about what one link would carry in a batch.</summary>
    private const int MaxPeekBytes = 1024 * 1024;

    public static async Task<ManagementAnswer> ScheduleAsync(
        BrokerEntity entity, ManagementArguments arguments, AmqpConnection connection)
    {
        var messages = arguments.Items<Map>("messages", MaxMessages)
            .Select(item => item.TryGetValue("message", out var encoded) && encoded is byte[] bytes
                ? MessageReader.Read(bytes, connection.NewId)
                : throw ManagementRefusedException.BadRequest("A message to schedule has no 'message' in binary."))
            .ToArray();
        if (Array.Exists(messages, message => message.ScheduledEnqueueTime is null))
        {
            return ManagementAnswer.BadRequest("A message to schedule has no x-opt-scheduled-enqueue-time.");
        }

        var scheduled = await entity.ScheduleAsync(messages);
        return scheduled.IsSuccess
            ? ManagementAnswer.Ok(new Map { { "sequence-numbers", scheduled.Value.ToArray() } })
            : ManagementAnswer.Failed(scheduled.Error);
    }

    public static async Task<ManagementAnswer> CancelAsync(BrokerEntity entity, ManagementArguments arguments) =>
        ManagementAnswer.Done(
            await entity.CancelScheduledAsync(arguments.Items<long>("sequence-numbers", MaxMessages)));

    public static ManagementAnswer RenewLocks(MessageQueue queue, ManagementArguments arguments)
    {
        var expirations = new List<DateTime>();
        foreach (var token in arguments.Items<Guid>("lock-tokens", MaxMessages))
        {
            var renewed = queue.RenewLock(token);
            if (!renewed.IsSuccess)
            {
                return ManagementAnswer.Failed(renewed.Error);
            }

            expirations.Add(renewed.Value.UtcDateTime);
        }

        return ManagementAnswer.Ok(new Map { { "expirations", expirations.ToArray() } });
    }

    public static ManagementAnswer Peek(MessageQueue queue, ManagementArguments arguments)
    {
        var count = (int)Math.Clamp(arguments.Number("message-count"), 1, MaxMessages);
        var found = queue.Peek(arguments.Number("from-sequence-number"), count, arguments.OptionalText("session-id"));
        var omitBody = arguments.Flag("omit-message-body");
        var messages = new List();
        var bytes = 0;
        foreach (var snapshot in found)
        {
            var encoded = MessageWriter.Write(snapshot, lockedUntil: null, omitBody: omitBody);
            bytes += encoded.Length;
            if (messages.Count > 0 && bytes > MaxPeekBytes)
            {
                break;
            }

            messages.Add(new Map { { "message", encoded } });
        }

        return messages.Count == 0
            ? ManagementAnswer.NoContent()
            : ManagementAnswer.Ok(new Map { { "messages", messages } });
    }

    public static async Task<ManagementAnswer> ReceiveDeferredAsync(
        MessageQueue queue, SessionLease? lease, ManagementArguments arguments)
    {
        var numbers = arguments.Items<long>("sequence-numbers", MaxMessages);
        var mode = arguments.ReceiveMode("receiver-settle-mode");
        var received = lease is null
            ? await queue.ReceiveDeferredAsync(numbers, mode)
            : await lease.ReceiveDeferredAsync(numbers, mode);
        if (!received.IsSuccess)
        {
            return ManagementAnswer.Failed(received.Error);
        }

        var messages = new List();
        foreach (var delivery in received.Value)
        {
            messages.Add(new Map
            {
                { "message", MessageWriter.Write(delivery.Message, delivery.LockedUntil, delivery.LockToken) },
                { "lock-token", delivery.LockToken },
            });
        }

        return ManagementAnswer.Ok(new Map { { "messages", messages } });
    }

    public static async Task<ManagementAnswer> SettleAsync(
        MessageQueue queue, SessionLease? lease, ManagementArguments arguments)
    {
        var settlement = SettlementOf(arguments);
        foreach (var token in arguments.Items<Guid>("lock-tokens", MaxMessages))
        {
            var error = lease is null
                ? await queue.SettleAsync(token, settlement)
                : await lease.SettleAsync(token, settlement);
            if (error is not null)
            {
                return ManagementAnswer.Failed(error);
            }
        }

        return ManagementAnswer.Ok();
    }

    /// <summary>The statuses are the service's own, spelling included.</summary>
    private static Settlement SettlementOf(ManagementArguments arguments)
    {
        var status = arguments.Text("disposition-status");
        var properties = arguments.OptionalMap("properties-to-modify") is { Count: > 0 } map
            ? PropertyValues.FromMap(map)
            : null;
        return status switch
        {
            "completed" => new Settlement.Complete(),
            "abandoned" => new Settlement.Abandon { PropertiesToModify = properties },
            "defered" => new Settlement.Defer { PropertiesToModify = properties },
            "suspended" => new Settlement.DeadLetter(
                arguments.OptionalText("deadletter-reason"), arguments.OptionalText("deadletter-description"))
            {
                PropertiesToModify = properties,
            },
            _ => throw ManagementRefusedException.BadRequest(
                $"'disposition-status' is '{status}', which is not known."),
        };
    }
}

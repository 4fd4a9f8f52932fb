using Amqp;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Faults;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// An entity's <c>$management</c>, as one connection sees it: session operations need the session's lock there.
/// </summary>
internal sealed class ManagementNode(AmqpConnection connection, BrokerEntity entity) : IRequestNode
{
    public void Handle(Message request, Action<Message> reply)
    {
        var answering = connection.Faults.IsBusy(BusyOperation.Manage, connection, entity.Address)
            ? Task.FromResult(ManagementAnswer.Failed(NamespaceFaults.Busy))
            : AnswerAsync(request);
        connection.Await(answering, answer => reply(answer.ToMessage()));
    }

    private async Task<ManagementAnswer> AnswerAsync(Message request)
    {
        try
        {
            var operation = PropertyValues.Find(request.ApplicationProperties?.Map, "operation") as string;
            var body = request.BodySection is null ? new Map() : request.Body as Map;
            return body is null
                ? ManagementAnswer.BadRequest("The body has to be a map.")
                : await RunAsync(operation, new ManagementArguments(body));
        }
        catch (ManagementRefusedException e)
        {
            return e.Answer;
        }
        catch (AmqpFaultException e)
        {
            return new ManagementAnswer(e.Condition == ErrorCode.MessageSizeExceeded ? 403 : 400, e.Message, e.Condition, null);
        }
    }

    /// <summary>Arguments are read, and locks looked up, before the first await: on the connection's loop.</summary>
    private Task<ManagementAnswer> RunAsync(string? operation, ManagementArguments arguments) => operation switch
    {
        "com.microsoft:schedule-message" => MessageOperations.ScheduleAsync(entity, arguments, connection),
        "com.microsoft:cancel-scheduled-message" => MessageOperations.CancelAsync(entity, arguments),
        _ when entity is not MessageQueue => Task.FromResult(
            ManagementAnswer.NotSupported($"The operation '{operation}' is not supported on a topic.")),
        _ => RunOnQueueAsync(operation, (MessageQueue)entity, arguments),
    };

    private Task<ManagementAnswer> RunOnQueueAsync(
        string? operation, MessageQueue queue, ManagementArguments arguments) => operation switch
        {
            "com.microsoft:renew-lock" => Task.FromResult(MessageOperations.RenewLocks(queue, arguments)),
            "com.microsoft:peek-message" => Task.FromResult(MessageOperations.Peek(queue, arguments)),
            "com.microsoft:receive-by-sequence-number" =>
                MessageOperations.ReceiveDeferredAsync(queue, LeaseOf(arguments), arguments),
            "com.microsoft:update-disposition" =>
                MessageOperations.SettleAsync(queue, LeaseOf(arguments), arguments),
            "com.microsoft:renew-session-lock" => Task.FromResult(SessionOperations.Renew(HeldLease(arguments))),
            "com.microsoft:get-session-state" => Task.FromResult(SessionOperations.GetState(HeldLease(arguments))),
            "com.microsoft:set-session-state" => SessionOperations.SetStateAsync(HeldLease(arguments), arguments),
            "com.microsoft:get-message-sessions" => Task.FromResult(SessionOperations.List(queue, arguments)),
            "com.microsoft:add-rule" => RuleOperations.AddAsync(RulesOf(queue), arguments),
            "com.microsoft:remove-rule" => RuleOperations.RemoveAsync(RulesOf(queue), arguments),
            "com.microsoft:enumerate-rules" => Task.FromResult(RuleOperations.List(RulesOf(queue), arguments)),
            _ => Task.FromResult(ManagementAnswer.NotSupported($"The operation '{operation}' is not supported.")),
        };

    private static SubscriptionRules RulesOf(MessageQueue queue)
    {
        var rules = queue.Rules ?? throw new ManagementRefusedException(ManagementAnswer.Failed(new BrokerError(
            BrokerErrorCode.NotAllowed, $"'{queue.Address}' is no subscription: it has no rules.")));
        queue.CountOperation();
        return rules;
    }

    /// <summary>The lease that a request with a session id acts under; null for requests without one.</summary>
    private SessionLease? LeaseOf(ManagementArguments arguments) =>
        arguments.OptionalText("session-id") is null ? null : HeldLease(arguments);

    private SessionLease HeldLease(ManagementArguments arguments)
    {
        var sessionId = arguments.Text("session-id");
        return connection.Links
            .OfType<SessionReceiverLink>()
            .FirstOrDefault(link => link.Queue == entity && link.Lease?.SessionId == sessionId)?.Lease
            ?? throw new ManagementRefusedException(ManagementAnswer.Failed(new BrokerError(
                BrokerErrorCode.SessionLockLost,
                $"The session '{sessionId}' is not locked by a receiver of this connection.")));
    }
}

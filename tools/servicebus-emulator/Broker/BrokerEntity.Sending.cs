namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <content>What senders ask for.</content>
public abstract partial class BrokerEntity
{
    /// <summary>The longest message id, session id and partition key, as in Azure.</summary>
    private const int MaxIdCharacters = 128;

    /// <summary>Cancels scheduled messages, all or none (<see cref="BrokerErrorCode.MessageNotFound"/>).</summary>
    public Task<BrokerError?> CancelScheduledAsync(IReadOnlyList<long> sequenceNumbers)
    {
        using var scope = Kernel.Enter();
        if (Kernel.Ended is { } ended)
        {
            return Completed.With(ended);
        }

        var found = new List<StoredMessage>(sequenceNumbers.Count);
        foreach (var number in sequenceNumbers.Distinct())
        {
            if (!Messages.TryFind(number, out var message) || !message.IsVisible || message.State != MessageState.Scheduled)
            {
                return Completed.With(new BrokerError(
                    BrokerErrorCode.MessageNotFound, $"'{Address}' has no scheduled message {number}."));
            }

            found.Add(message);
        }

        Counters.Billed();
        var operation = new Operation();
        found.ForEach(message => Remove(operation, message));
        return Kernel.CommitAsync(operation);
    }

    private Task<T> AcceptAsync<T>(
        IReadOnlyList<BrokerMessage> messages, Func<IReadOnlyList<long>, BrokerError?, T> answer)
    {
        using var scope = Kernel.Enter();
        if ((Kernel.SendRefusal ?? FindSendError(messages)) is { } refusal)
        {
            return Task.FromResult(answer([], refusal));
        }

        var plan = PlanAll(messages);
        if (plan.FindQuotaError() is { } full)
        {
            return Task.FromResult(answer([], full));
        }

        var operation = new Operation();
        var numbers = NumbersOf(messages, plan.Apply(operation, null));
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Kernel.Commit(operation, error =>
        {
            CountSent(messages, error);
            done.SetResult(answer(numbers, error));
        });
        return done.Task;
    }

    private RoutePlan PlanAll(IReadOnlyList<BrokerMessage> messages)
    {
        var plan = new RoutePlan(Kernel);
        foreach (var message in messages)
        {
            var routed = new Routed { Message = message, EnqueuedTime = Kernel.Now };
            if (message.ScheduledEnqueueTime is not { } due || due <= Kernel.Now)
            {
                Plan(plan, routed);
            }
            else if (plan.TryRemember(this, message))
            {
                plan.Place(this, routed, MessageState.Scheduled);
            }
        }

        return plan;
    }

    private BrokerError? FindSendError(IReadOnlyList<BrokerMessage> messages)
    {
        if (Kind is EntityKind.Subscription or EntityKind.DeadLetterQueue)
        {
            return new BrokerError(
                BrokerErrorCode.NotAllowed, $"'{Address}' takes no messages from senders; it is received from only.");
        }

        if (messages.Count > Kernel.Options.MaxBatchMessages)
        {
            return new BrokerError(
                BrokerErrorCode.ArgumentOutOfRange,
                $"A send of {messages.Count} messages is over the limit of {Kernel.Options.MaxBatchMessages}.");
        }

        return messages.Select(FindMessageError).FirstOrDefault(error => error is not null);
    }

    private BrokerError? FindMessageError(BrokerMessage message)
    {
        if (message.Payload.Length > MaxMessageBytes)
        {
            return new BrokerError(
                BrokerErrorCode.MessageSizeExceeded,
                $"A message of {message.Payload.Length} bytes is over the limit of '{Address}', {MaxMessageBytes}.");
        }

        if (RequiresSession && message.SessionId is null)
        {
            return new BrokerError(
                BrokerErrorCode.NotAllowed, $"'{Address}' requires sessions, and the message has no session id.");
        }

        if (message.SessionId?.Length > MaxIdCharacters || message.MessageId?.Length > MaxIdCharacters
            || message.PartitionKey?.Length > MaxIdCharacters)
        {
            return new BrokerError(
                BrokerErrorCode.ArgumentOutOfRange,
                $"A message id, session id or partition key is over the limit of {MaxIdCharacters} characters.");
        }

        if (message is { SessionId: { } session, PartitionKey: { } key } && session != key)
        {
            return new BrokerError(
                BrokerErrorCode.NotAllowed,
                $"A message of the session '{session}' has another partition key, '{key}': they must be the same.");
        }

        return message.TimeToLive <= TimeSpan.Zero
            ? new BrokerError(
                BrokerErrorCode.ArgumentOutOfRange, $"The time to live {message.TimeToLive} is not above zero.")
            : PropertyValue.FindError(message.ApplicationProperties);
    }

    private void CountSent(IReadOnlyList<BrokerMessage> messages, BrokerError? error)
    {
        if (error is not null)
        {
            return;
        }

        foreach (var message in messages)
        {
            Counters.Sent(message.Payload.Length);
        }
    }

    private static IReadOnlyList<long> NumbersOf(
        IReadOnlyList<BrokerMessage> messages, IReadOnlyList<StoredMessage> stored)
    {
        // A message that was dropped has no number: 0. One that went to several entities answers with its first.
        var firsts = new Dictionary<BrokerMessage, long>(ReferenceEqualityComparer.Instance);
        foreach (var message in stored)
        {
            firsts.TryAdd(message.Message, message.SequenceNumber);
        }

        return [.. messages.Select(message => firsts.GetValueOrDefault(message))];
    }
}

using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>A message in hand, of a session or of none, and what can be done with it.</summary>
internal abstract class MessageHandle(ServiceBusReceivedMessage message)
{
    public ServiceBusReceivedMessage Message => message;

    public string LockToken => message.LockToken;

    public abstract Task CompleteAsync(CancellationToken cancellationToken);

    public abstract Task AbandonAsync(IDictionary<string, object>? properties, CancellationToken cancellationToken);

    public abstract Task DeferAsync(IDictionary<string, object>? properties, CancellationToken cancellationToken);

    public abstract Task DeadLetterAsync(
        Dictionary<string, object>? properties, string? reason, string? description, CancellationToken cancellationToken);

    public abstract Task RenewLockAsync(CancellationToken cancellationToken);

    public static MessageHandle Of(ProcessMessageEventArgs arguments) => new Plain(arguments);

    public static MessageHandle Of(ProcessSessionMessageEventArgs arguments) => new OfSession(arguments);

    private sealed class Plain(ProcessMessageEventArgs arguments) : MessageHandle(arguments.Message)
    {
        public override Task CompleteAsync(CancellationToken cancellationToken) =>
            arguments.CompleteMessageAsync(Message, cancellationToken);

        public override Task AbandonAsync(
            IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
            arguments.AbandonMessageAsync(Message, properties, cancellationToken);

        public override Task DeferAsync(
            IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
            arguments.DeferMessageAsync(Message, properties, cancellationToken);

        public override Task DeadLetterAsync(
            Dictionary<string, object>? properties,
            string? reason,
            string? description,
            CancellationToken cancellationToken) => properties is null
                ? arguments.DeadLetterMessageAsync(Message, reason, description, cancellationToken)
                : arguments.DeadLetterMessageAsync(Message, properties, reason, description, cancellationToken);

        public override Task RenewLockAsync(CancellationToken cancellationToken) =>
            arguments.RenewMessageLockAsync(Message, cancellationToken);
    }

    private sealed class OfSession(ProcessSessionMessageEventArgs arguments) : MessageHandle(arguments.Message)
    {
        public override Task CompleteAsync(CancellationToken cancellationToken) =>
            arguments.CompleteMessageAsync(Message, cancellationToken);

        public override Task AbandonAsync(
            IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
            arguments.AbandonMessageAsync(Message, properties, cancellationToken);

        public override Task DeferAsync(
            IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
            arguments.DeferMessageAsync(Message, properties, cancellationToken);

        public override Task DeadLetterAsync(
            Dictionary<string, object>? properties,
            string? reason,
            string? description,
            CancellationToken cancellationToken) => properties is null
                ? arguments.DeadLetterMessageAsync(Message, reason, description, cancellationToken)
                : arguments.DeadLetterMessageAsync(Message, properties, reason, description, cancellationToken);

        public override Task RenewLockAsync(CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A message of a session has no lock of its own: renew the session's.");
    }
}

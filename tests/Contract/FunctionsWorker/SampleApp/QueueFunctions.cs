using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Contract.SampleApp;

/// <summary>
/// Does with each message what its body says: for each time that this process gets it one line of steps. Lines are
/// separated by semicolons, steps by plus signs; the last line holds from then on.
/// </summary>
internal sealed class QueueFunctions(EventLog log, Gates gates, Attempts attempts)
{
    [Function(nameof(OfSession))]
    public Task OfSession(
        [ServiceBusTrigger("%SessionQueue%", Connection = "Bus", IsSessionsEnabled = true)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        ServiceBusSessionMessageActions session,
        CancellationToken cancellationToken) => ObeyAsync("session", message, actions, session, cancellationToken);

    [Function(nameof(OfSubscription))]
    public Task OfSubscription(
        [ServiceBusTrigger("%Topic%", "%Subscription%", Connection = "Bus", IsSessionsEnabled = true)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        ServiceBusSessionMessageActions session,
        CancellationToken cancellationToken) => ObeyAsync("subscription", message, actions, session, cancellationToken);

    [Function(nameof(OfQueue))]
    public Task OfQueue(
        [ServiceBusTrigger("%PlainQueue%", Connection = "Bus")] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => ObeyAsync("queue", message, actions, null, cancellationToken);

    [Function(nameof(AutoCompleted))]
    public void AutoCompleted(
        [ServiceBusTrigger("%AutoQueue%", Connection = "Bus", AutoCompleteMessages = true)] string body)
    {
        log.Add("auto", body);
        if (body == "throw")
        {
            throw new InvalidOperationException("as told");
        }
    }

    private async Task ObeyAsync(
        string source,
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        ServiceBusSessionMessageActions? session,
        CancellationToken cancellationToken)
    {
        var note = message.ApplicationProperties.GetValueOrDefault("note");
        log.Add($"{source}-begun", $"{message.MessageId} {message.DeliveryCount} {note}".TrimEnd());
        var commands = message.Body.ToString().Split(';');
        var command = commands[Math.Min(attempts.Count(message.MessageId), commands.Length) - 1];
        foreach (var step in command.Split('+'))
        {
            await StepAsync(step, message, actions, session, cancellationToken);
        }

        log.Add($"{source}-returned", message.MessageId);
    }

    private async Task StepAsync(
        string step,
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        ServiceBusSessionMessageActions? session,
        CancellationToken cancellationToken)
    {
        var (verb, argument) = step.Split(':', 2) is [var first, var second] ? (first, second) : (step, "");
        switch (verb)
        {
            case "complete":
                await actions.CompleteMessageAsync(message, cancellationToken);
                break;
            case "abandon":
                await actions.AbandonMessageAsync(message, new Dictionary<string, object> { ["note"] = argument }, cancellationToken);
                break;
            case "defer":
                await actions.DeferMessageAsync(message, cancellationToken: cancellationToken);
                break;
            case "dead":
                await actions.DeadLetterMessageAsync(message, null, argument, "as told", cancellationToken);
                break;
            case "release":
                await session!.ReleaseSession(cancellationToken);
                break;
            case "renew":
                var before = session!.SessionLockedUntil;
                await session.RenewSessionLockAsync(cancellationToken);
                log.Add("renewed", $"{session.SessionLockedUntil >= before}");
                break;
            case "renew-message":
                await actions.RenewMessageLockAsync(message, cancellationToken);
                log.Add("renewed");
                break;
            case "state":
                log.Add("state", (await session!.GetSessionStateAsync(cancellationToken)).ToString());
                await session.SetSessionStateAsync(BinaryData.FromString(argument), cancellationToken);
                break;
            case "keep":
                attempts.Kept = message;
                break;
            case "complete-kept":
                await CompleteKeptAsync(actions, cancellationToken);
                break;
            case "wait":
                log.Add("waiting", argument);
                await gates.WaitAsync(argument);
                break;
            case "throw":
                throw new InvalidOperationException("as told");
            case "leave":
                break;
            default:
                throw new NotSupportedException(step);
        }
    }

    /// <summary>Settles the message of an execution that is over, which the host knows no more.</summary>
    private async Task CompleteKeptAsync(ServiceBusMessageActions actions, CancellationToken cancellationToken)
    {
        try
        {
            await actions.CompleteMessageAsync(attempts.Kept!, cancellationToken);
        }
        catch (Exception exception)
        {
            // What is thrown differs by build; what callers may rely on is that it is no ServiceBusException.
            log.Add("settlement-failed", $"{exception is ServiceBusException} {exception.Message}");
        }
    }
}

using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Triggers;

/// <summary>
/// Settles what the sequencer has decided. An invocation that returns without settling and without releasing its
/// session would let the host deliver the next message first; so where the session can not be released this throws, and
/// the host abandons (rules S7, S8).
/// </summary>
internal sealed class SequencerEdge(
    Sequencer sequencer, SessionHolds holds, IHostApplicationLifetime lifetime, IOptions<SequencingOptions> options) : ISequencerEdge
{
    /// <summary>Set by whoever sends a dead letter again.</summary>
    private const string ResubmittedProperty = "resubmitted";

    public async Task HandleAsync(
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        ServiceBusSessionMessageActions session,
        CancellationToken cancellationToken)
    {
        // In a drain the host does not signal its own token, so the process's is listened to as well.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var result = await sequencer.HandleAsync(Read(message), session.SessionLockedUntil, stopping.Token);
        var isSettled = await TrySettleAsync(result, message, actions);
        if (!isSettled || holds.HeldFor(message.SessionId) >= options.Value.SessionHold)
        {
            holds.Release(message.SessionId);
            // No token: a stopping process must release, too.
            await session.ReleaseSession(CancellationToken.None);
        }
    }

    private static async Task<bool> TrySettleAsync(
        SequencingResult result, ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
    {
        try
        {
            switch (result)
            {
                case SequencingResult.Complete:
                    await actions.CompleteMessageAsync(message, CancellationToken.None);
                    return true;
                case SequencingResult.DeadLetter(var reason, var description):
                    await actions.DeadLetterMessageAsync(
                        message, deadLetterReason: reason, deadLetterErrorDescription: description, cancellationToken: CancellationToken.None);
                    return true;
                default:
                    return false;
            }
        }
        catch (Exception)
        {
            // The lock is lost, or the service does not answer: whoever gets it next knows by the head that it is done.
            return false;
        }
    }

    private static IngressMessage Read(ServiceBusReceivedMessage message) => new(
        message.SessionId,
        message.MessageId,
        message.Subject,
        message.Body.ToMemory(),
        message.ApplicationProperties.TryGetValue(Envelope.ChannelsProperty, out var channels) ? channels as string : null,
        message.EnqueuedTime,
        message.SequenceNumber)
    {
        IsResubmitted = message.ApplicationProperties.TryGetValue(ResubmittedProperty, out var resubmitted) && resubmitted is true,
    };
}

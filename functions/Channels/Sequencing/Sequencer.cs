using Microsoft.Extensions.Options;
using ServerlessGateway.Backends;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Handles the messages of the queue <c>ingress</c>, one of a session at a time. It never fails: what can not be done
/// now is left to the next owner of the session.
/// </summary>
internal sealed class Sequencer(
    EnvelopeHandler envelopes, InstanceProber prober, EventForwarder forwarder, SessionHolds holds, SequencingReport report, SequencerClock clock)
{
    /// <summary>Handles one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="lockedUntil">When the lock of its session ends.</param>
    /// <param name="stopping">The process stops, or the host gives up.</param>
    public async Task<SequencingResult> HandleAsync(
        IngressMessage message, DateTimeOffset lockedUntil, CancellationToken stopping)
    {
        var invocation = clock.Begin(holds.See(message.Session), lockedUntil, stopping);
        var result = await DispatchAsync(message, invocation);
        report.Handled(result);
        if (result is SequencingResult.Leave leave)
        {
            report.Left(message, leave.Reason);
        }

        return result;
    }

    private async Task<SequencingResult> DispatchAsync(IngressMessage message, InvocationTime invocation)
    {
        switch (message.Subject)
        {
            case IngressTask.Probe or IngressTask.Forward:
                return await RunTaskAsync(message, invocation);
            case Envelope.Subject or null or "":
                return await envelopes.HandleAsync(message, invocation);
            default:
                // A kind of a later version: a process that knows it will come.
                report.UnknownVersion(message);
                await invocation.WaitOutAsync();
                return new SequencingResult.Leave("unknown subject");
        }
    }

    private async Task<SequencingResult> RunTaskAsync(IngressMessage message, InvocationTime invocation)
    {
        if (ReadTask(message) is not { } run)
        {
            report.Unreadable(message);
            return new SequencingResult.DeadLetter(ErrorCodes.Unreadable.Name, "The body is no task.");
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await run(invocation))
                {
                    return new SequencingResult.Complete();
                }
            }
            catch (Exception exception)
            {
                if (!invocation.Stopping.IsCancellationRequested)
                {
                    report.TaskFailed(message.Subject!, message.Session, exception);
                }
            }

            if (!await invocation.PauseAsync(attempt))
            {
                return new SequencingResult.Leave("a task is not done");
            }
        }
    }

    private Func<InvocationTime, Task<bool>>? ReadTask(IngressMessage message)
    {
        var task = IngressTask.TryDecode(message.Subject!, message.Body.Span);
        if (task is { Kind: IngressTask.Probe } && InstanceName.TryParse(task.Target, out var instance))
        {
            return invocation => prober.HandleAsync(instance, task.Turn, task.Waits, invocation);
        }

        return task is { Kind: IngressTask.Forward } && ChannelName.TryParse(task.Target, out var channel)
            ? invocation => forwarder.HandleAsync(channel, task.Turn, message.Session, invocation)
            : null;
    }
}

/// <summary>Makes the time of invocations.</summary>
internal sealed class SequencerClock(TimeProvider time, IEntropy entropy, IOptions<SequencingOptions> options)
{
    /// <summary>Its end is the end of the session's hold, or a margin before the end of its lock.</summary>
    public InvocationTime Begin(DateTimeOffset heldSince, DateTimeOffset lockedUntil, CancellationToken stopping)
    {
        var holdEnds = heldSince + options.Value.SessionHold;
        var lockEnds = lockedUntil - options.Value.LockMargin;
        return new InvocationTime(time, entropy, holdEnds < lockEnds ? holdEnds : lockEnds, lockedUntil, stopping);
    }
}

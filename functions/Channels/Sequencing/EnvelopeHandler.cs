using Microsoft.Extensions.Options;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Handles one envelope: each of its channels is committed, then sent, then trimmed; channels side by side, since they
/// share nothing. It is done when every channel is done.
/// </summary>
internal sealed class EnvelopeHandler(
    ChannelCommit commit,
    Delivery delivery,
    HeadCache heads,
    Retention retention,
    EnvelopeProgress progress,
    IOptions<SequencingOptions> options,
    SequencingReport report)
{
    public async Task<SequencingResult> HandleAsync(IngressMessage message, InvocationTime invocation)
    {
        switch (EnvelopeCodec.TryDecode(message.Body.Span, out var envelope))
        {
            case EnvelopeReadStatus.Read:
                return await HandleAsync(ChannelPart.Of(envelope!, message), null, message, invocation);
            case EnvelopeReadStatus.UnknownVersion:
                report.UnknownVersion(message);
                await invocation.WaitOutAsync();
                return new SequencingResult.Leave("unknown version");
            default:
                report.Unreadable(message);
                var refusal = new SequencingResult.DeadLetter(
                    ErrorCodes.Unreadable.Name, "The checksum does not hold, or it is no envelope. Its channels got tombstones.");
                return await HandleAsync(ChannelPart.OfUnreadable(message), refusal, message, invocation);
        }
    }

    private async Task<SequencingResult> HandleAsync(
        IReadOnlyList<ChannelPart> parts, SequencingResult.DeadLetter? refusal, IngressMessage message, InvocationTime invocation)
    {
        var next = -1;
        var done = progress.Of(message);
        string? left = null;

        async Task WorkAsync()
        {
            for (var at = Interlocked.Increment(ref next); at < parts.Count; at = Interlocked.Increment(ref next))
            {
                if (done.Holds(parts[at].Channel))
                {
                    continue;
                }

                if (await HandlePartAsync(parts[at], message.Session, invocation) is not { } part)
                {
                    left = parts[at].Channel.Value;
                    return;
                }

                done.Add(part);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Math.Min(parts.Count, options.Value.ParallelChannels)).Select(_ => WorkAsync()));
        if (left is not null)
        {
            return new SequencingResult.Leave($"channel {left} is not done");
        }

        progress.Forget(message);
        if (refusal is null && done.Tombstone != 0)
        {
            var code = done.Tombstone == ErrorCodes.Unreadable.Code ? ErrorCodes.Unreadable : ErrorCodes.RejectedByStore;
            refusal = new SequencingResult.DeadLetter(
                code.Name, "At least one of its messages can never be delivered, and got a tombstone. The others are delivered.");
        }

        return refusal is null ? new SequencingResult.Complete() : refusal;
    }

    /// <summary>What was committed and sent of a part; null where it is left.</summary>
    private async Task<CommittedPart?> HandlePartAsync(ChannelPart part, string session, InvocationTime invocation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await commit.CommitAsync(part, invocation) is not { } committed)
                {
                    return null;
                }

                await delivery.DeliverAsync(committed, session, invocation);
                await retention.TrimAsync(committed, invocation);
                return committed;
            }
            catch (Exception exception)
            {
                // Whatever it was, the head tells at the next attempt how far this came.
                heads.Forget(part.Channel);
                if (!invocation.Stopping.IsCancellationRequested)
                {
                    report.AttemptFailed(part.Channel, exception);
                }
            }

            if (!await invocation.PauseAsync(attempt))
            {
                return null;
            }
        }
    }
}

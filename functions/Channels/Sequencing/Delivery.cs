using ServerlessGateway.Backends;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Sends what was committed to every destination (rule S5): side by side over destinations, one after the other per
/// channel, since Web PubSub keeps the order of a group only for sends that are awaited. A destination that does not
/// take it is put under repair before this returns.
/// </summary>
internal sealed class Delivery(
    InstanceRegistry registry,
    InstanceRepair repair,
    IDestinationSender sender,
    EventForwarder events,
    QuietNotices quiet,
    ForwardingParts parts)
{
    /// <summary>
    /// Returns when each destination has it or its repair is scheduled; throws where neither could be done.
    /// </summary>
    public async Task DeliverAsync(CommittedPart part, string session, InvocationTime invocation)
    {
        if (part.Segments.Count == 0)
        {
            return;
        }

        var (channel, epoch) = (part.Channel, part.Segments[0].Epoch);
        var frames = FrameBuilder.Build(channel, epoch, part.Segments, FrameBuilder.MaxFrameBytes);
        var rows = await registry.ListAsync(invocation.Stopping);
        var destinations = rows.Where(row => row.IsDestination).ToList();
        await Task.WhenAll(
        [
            events.ForwardAsync(part, session, invocation),
            .. destinations.Where(row => row.Repair.IsWanted).Select(row => repair.EnsureProbedAsync(row, invocation.Stopping)),
            .. destinations.Where(row => !row.Repair.Skip).Select(row => SendAsync(row.Name, channel, frames, invocation)),
        ]);
        // The head, not the part: a late copy of an old envelope must not take back what waits to be told.
        await quiet.TouchAsync(channel, epoch, part.Head.LastOffset);
    }

    private async Task SendAsync(
        InstanceName instance, ChannelName channel, IReadOnlyList<(long LastOffset, byte[] Json)> frames, InvocationTime invocation)
    {
        foreach (var (_, json) in frames)
        {
            var outcome = await LimitedSend.TryAsync(
                invocation, parts.Options.SendTimeout, token => sender.SendToGroupAsync(instance, channel, json, token));
            parts.Report.Sent("instance", outcome);
            if (outcome != DeliveryOutcome.Delivered)
            {
                await repair.RaiseAsync(instance, outcome == DeliveryOutcome.Throttled, invocation.Stopping);
                return;
            }
        }
    }
}

/// <summary>A send with a time limit; what throws or takes longer has failed, so that it is repaired.</summary>
internal static class LimitedSend
{
    public static async Task<DeliveryOutcome> TryAsync(
        InvocationTime invocation, TimeSpan limit, Func<CancellationToken, Task<DeliveryOutcome>> send)
    {
        try
        {
            return await invocation.WithinAsync(limit, send);
        }
        catch (Exception) when (!invocation.Stopping.IsCancellationRequested)
        {
            // The adapter logs what it meets; here only the outcome counts.
            return DeliveryOutcome.Failed;
        }
    }
}

using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>What becomes of the request in flight.</summary>
internal sealed partial class Outbox
{
    /// <summary>The answer, item by item. One that is missing is unknown.</summary>
    public void OnAnswer(PublishAnswer answer)
    {
        var entries = Land();
        var causes = new Dictionary<ChannelName, PublishItemAnswer>();
        _maxItems = int.MaxValue;
        for (var at = 0; at < entries.Count; at++)
        {
            var entry = entries[at];
            var item = at < answer.Items.Count ? answer.Items[at] : new PublishItemAnswer(PublishStatus.Retry);
            switch (item.Status)
            {
                case PublishStatus.Accepted:
                    _lanes[entry.Channel].Failures = 0;
                    Settle(entry, PublishOutcome.Accepted, null);
                    break;
                case PublishStatus.Refused:
                    causes.TryAdd(entry.Channel, item);
                    SettleRefused(entry, item.Error);
                    break;
                default:
                    Repeat(entry, item, causes);
                    break;
            }
        }
    }

    /// <summary>The whole request is to be repeated: unknown, unless the gateway was too busy to take it.</summary>
    public void OnUnanswered(ErrorDetail? error)
    {
        var entries = Land();
        foreach (var channel in entries.Select(entry => entry.Channel).Distinct())
        {
            Wait(channel, error);
        }

        if (error?.Code == ErrorCodes.Busy.Code)
        {
            NotTaken(entries);
        }
    }

    /// <summary>The connection is gone: the outcome is unknown, and the next connection repeats it at once.</summary>
    public void OnConnectionLost() => Land();

    /// <summary>
    /// The whole request is refused, which tells nothing of its items: half as many go next, until the one that does
    /// not pass is alone.
    /// </summary>
    public void OnRequestRefused(ErrorDetail error)
    {
        var entries = Land();
        if (entries.Count == 1)
        {
            _maxItems = int.MaxValue;
            SettleRefused(entries[0], error);
            return;
        }

        _maxItems = Math.Max(1, entries.Count / 2);
        NotTaken(entries);
    }

    private static void NotTaken(params IEnumerable<OutboxEntry> entries)
    {
        foreach (var entry in entries.Where(entry => !entry.WasUnknownBefore))
        {
            entry.UnknownSince = null;
        }
    }

    private IReadOnlyList<OutboxEntry> Land()
    {
        var entries = InFlight ?? [];
        InFlight = null;
        foreach (var entry in entries)
        {
            entry.IsInFlight = false;
        }

        return entries;
    }

    /// <summary>One that was unknown before may have been accepted then, so its refusal now does not tell.</summary>
    private void SettleRefused(OutboxEntry entry, ErrorDetail? error)
    {
        var why = error ?? ErrorDetail.Of(ErrorCodes.InvalidPublication, "The gateway refused it without a reason.");
        if (entry.WasUnknownBefore)
        {
            Settle(entry, PublishOutcome.Unknown, TooOld(entry, why));
        }
        else
        {
            Settle(entry, PublishOutcome.Refused, why);
        }
    }

    /// <summary>
    /// Accepted items of a channel are a prefix (P3), so the first that is not decides for those behind it: where that
    /// one was refused, or was not taken because the gateway was busy, they were not taken either. Any other reason
    /// leaves open whether they were.
    /// </summary>
    private void Repeat(OutboxEntry entry, PublishItemAnswer item, Dictionary<ChannelName, PublishItemAnswer> causes)
    {
        var isFirst = causes.TryAdd(entry.Channel, item);
        var cause = causes[entry.Channel];
        if (isFirst)
        {
            Wait(entry.Channel, item.Error);
        }

        if (cause.Status == PublishStatus.Refused || cause.Error?.Code == ErrorCodes.Busy.Code)
        {
            NotTaken(entry);
        }
    }

    private void Wait(ChannelName channel, ErrorDetail? error)
    {
        var lane = _lanes[channel];
        lane.OpensAt = context.Now + context.BackOff(lane.Failures++, error);
    }
}

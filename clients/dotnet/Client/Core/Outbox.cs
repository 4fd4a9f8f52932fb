using System.Diagnostics.CodeAnalysis;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>
/// Publications between the application's call and their one outcome. The rules it keeps: one request is in flight, and
/// carries all that gathered meanwhile; numbers rise; in a channel nothing is sent while something earlier is unknown
/// or to be repeated, other than behind it in the same request (P2); what is repeated keeps its number; nothing unknown
/// is repeated after nine minutes (S1).
/// </summary>
internal sealed partial class Outbox(CoreContext context, string publisher)
{
    /// <summary>Type, id and publisher of a request, generously.</summary>
    private const int RequestOverheadBytes = 128;

    /// <summary>
    /// One lane per channel, since order is promised per channel; the lane's first is what its channel waits for.
    /// </summary>
    private readonly OrderedDictionary<ChannelName, Lane> _lanes = [];
    private readonly Dictionary<long, LinkedListNode<OutboxEntry>> _byTicket = [];
    private long _lastNumber;
    private int _bytes;

    /// <summary>
    /// Halved when a whole request is refused, so that one bad item is found; whole again after a success.
    /// </summary>
    private int _maxItems = int.MaxValue;

    public bool IsEmpty => _byTicket.Count == 0;

    /// <summary>The request under way; null where there is none.</summary>
    public IReadOnlyList<OutboxEntry>? InFlight { get; private set; }

    /// <summary>
    /// Takes a publication in, or settles it at once: where it is out of bounds, or where there is an objection
    /// already.
    /// </summary>
    public void Add(PublishCommand command, ErrorDetail? objection)
    {
        var entry = new OutboxEntry(command.Ticket, command.Channel, ++_lastNumber, command.Data);
        if ((objection ?? Objection(entry)) is { } error)
        {
            context.Tally.Refused++;
            context.Emit(new PublicationSettled(entry.Ticket, ResultOf(entry, PublishOutcome.Refused, error)));
            return;
        }

        if (!_lanes.TryGetValue(entry.Channel, out var lane))
        {
            _lanes.Add(entry.Channel, lane = new Lane());
        }

        _byTicket[entry.Ticket] = lane.Entries.AddLast(entry);
        _bytes += entry.Data.Length;
    }

    /// <summary>
    /// Takes a publication back that was never sent; one that was can not be, so it goes on to its outcome.
    /// </summary>
    public void Withdraw(long ticket)
    {
        if (_byTicket.TryGetValue(ticket, out var node) && node.Value.Sends == 0)
        {
            Remove(node.Value);
            context.Emit(new PublicationSettled(ticket, null));
        }
    }

    /// <summary>The next request, where none is in flight and something may go.</summary>
    public bool TryGather([NotNullWhen(true)] out IReadOnlyList<OutboxEntry>? gathered)
    {
        gathered = null;
        if (InFlight is not null || Gather() is not { Count: > 0 } items)
        {
            return false;
        }

        foreach (var entry in items)
        {
            entry.IsInFlight = true;
            entry.WasUnknownBefore = entry.UnknownSince is not null;
            entry.UnknownSince ??= context.Now;
            context.Tally.Repeated += entry.Sends++ > 0 ? 1 : 0;
        }

        context.Tally.PublishRequests++;
        gathered = InFlight = items;
        return true;
    }

    /// <summary>When something may be sent or expires; null where nothing waits for time.</summary>
    public TimeSpan? NextDue(bool canSend)
    {
        TimeSpan? due = null;
        foreach (var lane in _lanes.Values)
        {
            // Only the first of a lane counts: what is behind it became unknown with it or after it.
            var first = lane.Entries.First!.Value;
            if (!first.IsInFlight)
            {
                due = Timing.Earlier(due, first.UnknownSince + context.Options.RepeatLimit);
                due = canSend && InFlight is null ? Timing.Earlier(due, lane.OpensAt) : due;
            }
        }

        return due;
    }

    /// <summary>What was unknown for nine minutes is reported so; what waits behind it may then go.</summary>
    public void Expire()
    {
        var oldest = context.Now - context.Options.RepeatLimit;
        foreach (var lane in _lanes.Values.ToList())
        {
            while (lane.Entries.First?.Value is { IsInFlight: false } first && first.UnknownSince <= oldest)
            {
                Settle(first, PublishOutcome.Unknown, TooOld(first, null));
            }
        }
    }

    /// <summary>Settles all that is left: unknown where it was sent, refused where it never was.</summary>
    public void Abandon(ErrorDetail error)
    {
        InFlight = null;
        foreach (var entry in _byTicket.Values.Select(node => node.Value).OrderBy(entry => entry.Number).ToList())
        {
            Settle(entry, entry.UnknownSince is null ? PublishOutcome.Refused : PublishOutcome.Unknown, error);
        }
    }

    private static ErrorDetail TooOld(OutboxEntry entry, ErrorDetail? last)
    {
        var reason = last is null ? string.Empty : $" It was last refused: {last.Code} {last.Name}.";
        return ErrorDetail.Of(
            ErrorCodes.Unknown, $"It may have been accepted, and it can no longer be repeated safely.{reason}",
            entry.Number);
    }

    private ErrorDetail? Objection(OutboxEntry entry)
    {
        if (entry.Data.Length > context.Limits.MaxPayloadBytes)
        {
            return ErrorDetail.Of(
                ErrorCodes.PayloadTooLarge, "The payload is too large.", entry.Data.Length,
                context.Limits.MaxPayloadBytes);
        }

        if (_byTicket.Count >= context.Options.MaxOutboxPublications)
        {
            return ErrorDetail.Of(
                ErrorCodes.OutboxFull, "Too many publications wait.", _byTicket.Count,
                context.Options.MaxOutboxPublications);
        }

        return _bytes + entry.Data.Length <= context.Options.MaxOutboxBytes
            ? null
            : ErrorDetail.Of(ErrorCodes.OutboxFull, "Too many bytes wait.", _bytes, context.Options.MaxOutboxBytes);
    }

    /// <summary>
    /// The oldest of all open lanes, over the lanes in the order of their numbers, up to the limits of a request.
    /// </summary>
    private List<OutboxEntry> Gather()
    {
        var heads = new PriorityQueue<LinkedListNode<OutboxEntry>, long>();
        foreach (var lane in _lanes.Values.Where(lane => lane.OpensAt <= context.Now))
        {
            heads.Enqueue(lane.Entries.First!, lane.Entries.First!.Value.Number);
        }

        var items = new List<OutboxEntry>();
        var bytes = RequestOverheadBytes;
        var most = Math.Min(_maxItems, context.Limits.MaxPublicationsPerRequest);
        while (items.Count < most && heads.TryDequeue(out var node, out _))
        {
            // A single item always goes: the gateway says what is wrong with one that is too large for any request.
            bytes += node.Value.RequestBytes;
            if (items.Count > 0 && bytes > context.Limits.MaxRequestBytes)
            {
                break;
            }

            items.Add(node.Value);
            if (node.Next is { } next)
            {
                heads.Enqueue(next, next.Value.Number);
            }
        }

        return items;
    }

    private void Settle(OutboxEntry entry, PublishOutcome outcome, ErrorDetail? error)
    {
        Remove(entry);
        context.Tally.Accepted += outcome == PublishOutcome.Accepted ? 1 : 0;
        context.Tally.Refused += outcome == PublishOutcome.Refused ? 1 : 0;
        context.Tally.Unknown += outcome == PublishOutcome.Unknown ? 1 : 0;
        context.Emit(new PublicationSettled(entry.Ticket, ResultOf(entry, outcome, error)));
    }

    private PublishResult ResultOf(OutboxEntry entry, PublishOutcome outcome, ErrorDetail? error) =>
        new(outcome, entry.Channel.Value, publisher, entry.Number, error);

    private void Remove(OutboxEntry entry)
    {
        var lane = _lanes[entry.Channel];
        _byTicket.Remove(entry.Ticket, out var node);
        lane.Entries.Remove(node!);
        _bytes -= entry.Data.Length;
        if (lane.Entries.Count == 0)
        {
            _lanes.Remove(entry.Channel);
        }
    }

    /// <summary>The publications of one channel, in order, and when they may go.</summary>
    private sealed class Lane
    {
        public LinkedList<OutboxEntry> Entries { get; } = [];

        public TimeSpan OpensAt { get; set; }

        public int Failures { get; set; }
    }
}

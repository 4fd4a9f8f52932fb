using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>What the batchers of all shards share.</summary>
internal sealed record BatcherParts(
    IIngressQueue Queue,
    HeldShardPlan Plans,
    TimeProvider Time,
    IEntropy Entropy,
    PublishingOptions Options,
    ILogger Log,
    Action<int> Released);

/// <summary>
/// Sends the publications of one shard, one envelope at a time (rule P4).
/// Problem: Service Bus takes some 500 single messages a second, and envelopes that overtake each other would break the order of a publisher.
/// Idea: while one envelope is in flight, gather; when its outcome is known, send all that gathered as one. So there is no added wait at
/// low load and ever larger envelopes at high load.
/// Limits: an envelope whose outcome stays unknown is repeated under its id until the time of its requests is over; then it, and everything
/// that waits behind it, is answered <c>retry</c>. Publishers repeat under the same numbers, and the sequencer drops what was there already.
/// </summary>
internal sealed class ShardBatcher(ShardPlan plan, int shard, BatcherParts parts)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<WaitingItem> _gathering = [];
    private TimeSpan _gatheringTime = TimeSpan.Zero;
    private bool _isSending;

    /// <summary>Completes when nothing waits and nothing is in flight. It never fails.</summary>
    public Task Sending { get; private set; } = Task.CompletedTask;

    /// <summary>Adds items behind those that wait.</summary>
    public void Add(IEnumerable<WaitingItem> items)
    {
        lock (_lock)
        {
            foreach (var item in items)
            {
                _gathering.AddLast(item);
            }

            if (_isSending || _gathering.Count == 0)
            {
                return;
            }

            _isSending = true;
        }

        // Outside of the lock: it runs up to its first wait on this thread.
        Sending = SendAllAsync();
    }

    /// <summary>Takes the items of a call that are not in flight out of the gathering, and answers them.</summary>
    public void Withdraw(PublishCall call, PublishItemAnswer answer)
    {
        List<WaitingItem> withdrawn = [];
        lock (_lock)
        {
            for (var node = _gathering.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Call == call)
                {
                    _gathering.Remove(node);
                    withdrawn.Add(node.Value);
                }

                node = next;
            }
        }

        AnswerAll(withdrawn, answer);
    }

    private async Task SendAllAsync()
    {
        while (Take() is { Count: > 0 } items)
        {
            try
            {
                await SendOneAsync(items);
            }
            catch (Exception exception)
            {
                // The plan could not be read, or a fault of ours. Saying unknown is safe in both cases.
                PublishingLog.SendFailed(parts.Log, shard, exception);
                FailWithAllBehind(items, PublishAnswers.OutcomeUnknown);
            }
        }
    }

    private async Task SendOneAsync(List<WaitingItem> items)
    {
        var envelope = Build(items);
        var givenUpAt = parts.Time.GetUtcNow() + parts.Options.AnswerWithin;
        var held = await parts.Plans.GetAsync(CancellationToken.None);
        if (held.Plan != plan)
        {
            FailWithAllBehind(items, PublishAnswers.Busy(TimeSpan.Zero));
            return;
        }

        var everUnknown = false;
        while (true)
        {
            if (_gatheringTime > TimeSpan.Zero)
            {
                await Task.Delay(_gatheringTime, parts.Time);
            }

            var now = parts.Time.GetUtcNow();
            if (now >= givenUpAt || now >= held.ValidUntil)
            {
                FailWithAllBehind(items, everUnknown ? PublishAnswers.OutcomeUnknown : PublishAnswers.Busy(_gatheringTime));
                return;
            }

            var session = Shards.SessionId(plan.Generation, shard);
            switch (await parts.Queue.SendAsync(session, envelope, CancellationToken.None))
            {
                case SendOutcome.Accepted when parts.Time.GetUtcNow() < held.ValidUntil:
                    _gatheringTime = _gatheringTime > parts.Options.FirstGatheringTime ? _gatheringTime / 2 : TimeSpan.Zero;
                    AnswerAll(items, PublishItemAnswer.Accepted);
                    return;
                case SendOutcome.Refused when !everUnknown:
                    FailWithAllBehind(items, PublishAnswers.QueueUnavailable("refused"));
                    return;
                case SendOutcome.Busy:
                    Slow();
                    break;
                default:
                    // Refused after an unknown attempt is still unknown: the first may have been taken.
                    everUnknown = true;
                    Slow();
                    break;
            }
        }
    }

    private void Slow()
    {
        var doubled = _gatheringTime < parts.Options.FirstGatheringTime ? parts.Options.FirstGatheringTime : _gatheringTime * 2;
        _gatheringTime = doubled < parts.Options.MaxGatheringTime ? doubled : parts.Options.MaxGatheringTime;
    }

    /// <summary>Takes what fits into one envelope; an empty list ends the sending, under the same lock that starts it.</summary>
    private List<WaitingItem> Take()
    {
        var builder = new EnvelopeBuilder();
        List<WaitingItem> taken = [];
        lock (_lock)
        {
            while (_gathering.First is { } first && builder.TryAdd(first.Value.Publication))
            {
                _gathering.RemoveFirst();
                taken.Add(first.Value);
            }

            _isSending = taken.Count > 0;
        }

        return taken;
    }

    private Envelope Build(List<WaitingItem> items)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, parts.Entropy.NextBits());
        return new Envelope(new Guid(bytes, bigEndian: true), [.. items.Select(item => item.Publication)]);
    }

    /// <summary>
    /// Everything that waits behind goes with it: were it sent, a publisher's 8 could become durable while its 7 did not.
    /// </summary>
    private void FailWithAllBehind(List<WaitingItem> items, PublishItemAnswer answer)
    {
        List<WaitingItem> behind;
        lock (_lock)
        {
            behind = [.. _gathering];
            _gathering.Clear();
        }

        AnswerAll(items, answer);
        AnswerAll(behind, PublishAnswers.BehindEarlier);
    }

    private void AnswerAll(List<WaitingItem> items, PublishItemAnswer answer)
    {
        foreach (var item in items)
        {
            item.Call.Answer(item.Index, answer);
        }

        parts.Released(items.Sum(item => item.Bytes));
    }
}

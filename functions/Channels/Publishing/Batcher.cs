using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>Spreads the publications of requests over the batchers of their shards, and bounds what waits in this process.</summary>
internal sealed class Batcher : IPublisher
{
    private readonly HeldShardPlan _plans;
    private readonly TimeProvider _time;
    private readonly PublishingOptions _options;
    private readonly BatcherParts _parts;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, ShardBatcher> _shards = [];
    private ShardPlan _plan;
    private long _waitingBytes;

    public Batcher(
        IIngressQueue queue,
        HeldShardPlan plans,
        TimeProvider time,
        IEntropy entropy,
        IOptions<PublishingOptions> options,
        ILogger<Batcher> log)
    {
        (_plans, _time, _options) = (plans, time, options.Value);
        _parts = new BatcherParts(queue, plans, time, entropy, _options, log, Release);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PublishItemAnswer>> PublishAsync(
        IReadOnlyList<Publication> publications, CancellationToken cancellationToken)
    {
        var call = new PublishCall(publications.Count);
        if (publications.Count == 0)
        {
            return call.Answers;
        }

        HeldPlan held;
        try
        {
            held = await _plans.GetAsync(cancellationToken).WaitAsync(_options.AnswerWithin, _time, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return [.. publications.Select(_ => PublishAnswers.QueueUnavailable(exception.GetType().Name))];
        }

        var shards = Admit(call, publications, held.Plan);
        await AnswerInTimeAsync(call, shards, cancellationToken);
        return call.Answers;
    }

    /// <summary>
    /// Items are taken in order until the bound is met; all behind are answered busy, whatever their channel, which keeps every channel's
    /// accepted items a prefix.
    /// </summary>
    private List<ShardBatcher> Admit(PublishCall call, IReadOnlyList<Publication> publications, ShardPlan plan)
    {
        var items = publications.Select((publication, index) => new WaitingItem(call, index, publication)).ToList();
        int admitted;
        lock (_lock)
        {
            for (admitted = 0; admitted < items.Count && _waitingBytes + items[admitted].Bytes <= _options.MaxWaitingBytes; admitted++)
            {
                _waitingBytes += items[admitted].Bytes;
            }
        }

        for (var index = admitted; index < items.Count; index++)
        {
            call.Answer(index, PublishAnswers.Busy(_options.MaxGatheringTime / 4));
        }

        List<ShardBatcher> used = [];
        foreach (var group in items.Take(admitted).GroupBy(item => Shards.Of(item.Publication.Channel, plan.Count)))
        {
            var batcher = ShardOf(plan, group.Key);
            used.Add(batcher);
            batcher.Add(group);
        }

        return used;
    }

    private async Task AnswerInTimeAsync(PublishCall call, List<ShardBatcher> shards, CancellationToken cancellationToken)
    {
        try
        {
            await call.WaitAsync().WaitAsync(_options.AnswerWithin, _time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // What still gathers will not be sent; what is in flight may be durable any moment.
            shards.ForEach(shard => shard.Withdraw(call, PublishAnswers.Busy(_options.MaxGatheringTime)));
            for (var index = 0; index < call.Answers.Count; index++)
            {
                call.Answer(index, PublishAnswers.OutcomeUnknown);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits until everything that was taken is answered: what a stopping process does before it ends.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        List<Task> sending;
        lock (_lock)
        {
            sending = [.. _shards.Values.Select(shard => shard.Sending)];
        }

        await Task.WhenAll(sending).WaitAsync(cancellationToken);
    }

    private ShardBatcher ShardOf(ShardPlan plan, int shard)
    {
        lock (_lock)
        {
            if (_plan != plan)
            {
                // Batchers of the old plan end by themselves: what they still hold is answered, nothing more is given to them.
                _plan = plan;
                _shards.Clear();
            }

            return _shards.TryGetValue(shard, out var batcher)
                ? batcher
                : _shards[shard] = new ShardBatcher(plan, shard, _parts);
        }
    }

    private void Release(int bytes)
    {
        lock (_lock)
        {
            _waitingBytes -= bytes;
        }
    }
}

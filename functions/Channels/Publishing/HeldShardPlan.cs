using Microsoft.Extensions.Options;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>A shard plan with the end of the time in which sends under it count.</summary>
internal readonly record struct HeldPlan(ShardPlan Plan, DateTimeOffset ValidUntil);

/// <summary>
/// Holds the shard plan for a bounded time, counted from before it was read. It is read again when half of that has passed, so senders
/// never wait for it in ordinary times.
/// </summary>
internal sealed class HeldShardPlan(IInstanceStore store, TimeProvider time, IOptions<PublishingOptions> options)
{
    private readonly TimeSpan _hold = options.Value.ShardPlanHold;
    private readonly Lock _lock = new();
    private HeldPlan? _held;
    private Task<HeldPlan>? _reading;

    /// <summary>A plan that is valid now. Throws what the store throws where there is none and it can not be read.</summary>
    public async Task<HeldPlan> GetAsync(CancellationToken cancellationToken)
    {
        Task<HeldPlan> reading;
        HeldPlan? usable;
        lock (_lock)
        {
            var left = _held is { } held ? held.ValidUntil - time.GetUtcNow() : TimeSpan.Zero;
            usable = left > TimeSpan.Zero ? _held : null;
            if (usable is { } && left > _hold / 2)
            {
                return usable.Value;
            }

            reading = _reading is { IsCompleted: false } ? _reading : _reading = ReadAsync();
        }

        return usable ?? await reading.WaitAsync(cancellationToken);
    }

    private async Task<HeldPlan> ReadAsync()
    {
        var began = time.GetUtcNow();
        var held = new HeldPlan(await store.ReadShardPlanAsync(CancellationToken.None), began + _hold);
        lock (_lock)
        {
            _held = held;
        }

        return held;
    }
}

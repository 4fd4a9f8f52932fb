using ServerlessGateway.Backends;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Sequencing;

namespace ServerlessGateway.Instances;

/// <summary>
/// Puts instances that did not take a send under repair (rule S6): their row says so before the envelope completes, and
/// a probe is on its way. One repair makes good any number of failed sends, so a dead instance costs one row and one
/// chain of probes.
/// </summary>
internal sealed class InstanceRepair(
    InstanceRegistry registry, IIngressQueue queue, TimeProvider time, SequencingReport report)
    : IDisposable
{
    /// <summary>
    /// The first probe comes after the row is written, ordinarily; one that comes earlier waits for it.
    /// </summary>
    private static readonly TimeSpan FirstProbeDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A chain whose turn did not rise for this long is taken for lost and begun again; probes are at most 30 s apart.
    /// </summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(3);

    private const int MaxAttempts = 8;

    /// <summary>Several channels fail at the same moment; the first writes, the others find it written.</summary>
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>The session of an instance's probes.</summary>
    public static string SessionOf(InstanceName instance) => $"instance.{instance}";

    /// <summary>
    /// Notes a failed send. Returns when the row says so and a probe is on its way; throws where that could not be
    /// done.
    /// </summary>
    public async Task RaiseAsync(InstanceName instance, bool throttled, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(CancellationToken.None);
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                // A read from before this send would not do: its skip may have been cleared since, and its repair done.
                var row = await registry.ReadAsync(instance, cancellationToken);
                if (row is null || row.Repair.Skip || await TryWriteAsync(row, throttled, cancellationToken))
                {
                    return;
                }
            }
        }
        finally
        {
            _oneAtATime.Release();
        }

        throw new RepairNotScheduledException(instance.Value);
    }

    /// <summary>For an instance under repair: makes sure that its chain of probes lives.</summary>
    public Task EnsureProbedAsync(InstanceRow row, CancellationToken cancellationToken) =>
        time.GetUtcNow() - row.Repair.TurnAt > LostAfter ? RestartAsync(row, cancellationToken) : Task.CompletedTask;

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<bool> TryWriteAsync(InstanceRow row, bool throttled, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var isChained = row.Repair.IsWanted && began - row.Repair.TurnAt <= LostAfter;
        var turn = isChained ? row.Repair.Turn : row.Repair.Turn + 1;
        if (!isChained)
        {
            // The probe first: were the row first, a crash between the two would leave an instance skipped for ever.
            await EnqueueAsync(row.Name, turn, FirstProbeDelay, cancellationToken);
        }

        var written = await registry.WriteAsync(
            row with
            {
                Repair = row.Repair with
                {
                    Wanted = row.Repair.Wanted + 1,
                    Skip = true,
                    Turn = turn,
                    TurnAt = isChained ? row.Repair.TurnAt : began,
                    Throttled = row.Repair.Throttled || throttled,
                },
            },
            cancellationToken);
        if (written is null)
        {
            return false;
        }

        report.Repair("raised");
        report.InstanceSkipped(row.Name);
        if (!isChained && time.GetUtcNow() - began > InstanceProber.WaitsForRow / 2)
        {
            // It took so long that the probe may have come and gone.
            await EnqueueAsync(row.Name, turn, FirstProbeDelay, cancellationToken);
        }

        return true;
    }

    private async Task RestartAsync(InstanceRow row, CancellationToken cancellationToken)
    {
        await EnqueueAsync(row.Name, row.Repair.Turn + 1, FirstProbeDelay, cancellationToken);
        // Lost to another process: that one has restarted it, or the chain lives.
        await registry.WriteAsync(
            row with { Repair = row.Repair with { Turn = row.Repair.Turn + 1, TurnAt = time.GetUtcNow() } }, cancellationToken);
    }

    private async Task EnqueueAsync(
        InstanceName instance, long turn, TimeSpan delay, CancellationToken cancellationToken)
    {
        var task = new IngressTask(IngressTask.Probe, instance.Value, turn);
        if (await queue.SendAsync(SessionOf(instance), task, delay, cancellationToken) != SendOutcome.Accepted)
        {
            throw new RepairNotScheduledException(instance.Value);
        }
    }
}

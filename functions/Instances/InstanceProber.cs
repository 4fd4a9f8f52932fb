using Microsoft.Extensions.Options;
using ServerlessGateway.Backends;
using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Instances;

/// <summary>
/// Repairs an instance that missed sends, one turn per task (rule S6). Tasks of an instance share a session, so there
/// is one prober at a time. A turn does its step, enqueues the next turn, then records both; a turn that is repeated
/// after a crash does the same again, which is harmless, and the task that was enqueued twice is known by its number.
/// </summary>
internal sealed class InstanceProber(
    InstanceRegistry registry,
    IDestinationSender sender,
    IIngressQueue queue,
    TimeProvider time,
    IOptions<InstancesOptions> instances,
    ForwardingParts parts)
{
    /// <summary>How long a probe that comes before its row waits for it.</summary>
    public static readonly TimeSpan WaitsForRow = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan RowPause = TimeSpan.FromSeconds(5);
    private static readonly int MostWaits = (int)(WaitsForRow / RowPause);
    private static readonly TimeSpan CheckPause = TimeSpan.FromSeconds(2);

    /// <summary>One turn; true when it is done with or handed on, false where somebody else wrote meanwhile.</summary>
    public async Task<bool> HandleAsync(
        InstanceName instance, long turn, int waits, InvocationTime invocation)
    {
        var row = await registry.ReadAsync(instance, invocation.Stopping);
        if (row is null || turn < row.Repair.Turn)
        {
            return true;
        }

        if (turn > row.Repair.Turn && !row.Repair.IsWanted)
        {
            // It came before the row that asks for it, or that row was never written.
            return waits >= MostWaits || await EnqueueAsync(instance, turn, RowPause, invocation, waits + 1);
        }

        return RepairStep.Of(row.Repair, WeightOf(instance), time.GetUtcNow()) switch
        {
            RepairStep.Probe => await ProbeAsync(row, turn, invocation),
            RepairStep.Check check => await CheckAsync(row, turn, check.Window, invocation),
            RepairStep.Wait wait => await ContinueAsync(row, row.Repair, turn, wait.For, invocation),
            _ => true,
        };
    }

    private async Task<bool> ProbeAsync(InstanceRow row, long turn, InvocationTime invocation)
    {
        var outcome = await LimitedSend.TryAsync(
            invocation, parts.Options.SendTimeout, token => sender.ProbeAsync(row.Name, token));
        parts.Report.Repair(outcome == DeliveryOutcome.Delivered ? "answered" : "unanswered");
        var next = outcome == DeliveryOutcome.Delivered
            ? RepairStep.Answered(row.Repair, time.GetUtcNow())
            : RepairStep.NotAnswered(row.Repair);
        var pause = outcome == DeliveryOutcome.Delivered ? InstanceHold.Settled : RepairStep.ProbePause(next.Failures);
        return await ContinueAsync(row, next, turn, pause, invocation);
    }

    private async Task<bool> CheckAsync(InstanceRow row, long turn, TimeSpan window, InvocationTime invocation)
    {
        var notice = RequestCodec.Encode(new CheckNotice((int)window.TotalMilliseconds));
        var outcome = await LimitedSend.TryAsync(
            invocation, parts.Options.SendTimeout, token => sender.SendToAllAsync(row.Name, notice, token));
        if (outcome != DeliveryOutcome.Delivered)
        {
            return await ContinueAsync(row, RepairStep.NotAnswered(row.Repair), turn, CheckPause, invocation);
        }

        parts.Report.Repair("checked");
        parts.Report.InstanceRepaired(row.Name);
        var next = RepairStep.Checked(row.Repair, window, time.GetUtcNow());
        return next.IsWanted
            ? await ContinueAsync(row, next, turn, TimeSpan.Zero, invocation)
            : await registry.WriteAsync(row with { Repair = next with { Turn = turn, TurnAt = time.GetUtcNow() } }, invocation.Stopping) is not null;
    }

    /// <summary>
    /// Enqueues the next turn, then records the state; the other way round a crash between the two would end the chain.
    /// </summary>
    private async Task<bool> ContinueAsync(
        InstanceRow row, RepairState next, long turn, TimeSpan pause, InvocationTime invocation)
    {
        await EnqueueAsync(row.Name, turn + 1, pause, invocation);
        var written = await registry.WriteAsync(
            row with { Repair = next with { Turn = turn + 1, TurnAt = time.GetUtcNow() } }, invocation.Stopping);
        return written is not null;
    }

    private async Task<bool> EnqueueAsync(InstanceName instance, long turn, TimeSpan delay, InvocationTime invocation, int waits = 0)
    {
        var task = new IngressTask(IngressTask.Probe, instance.Value, turn, waits);
        var outcome = await queue.SendAsync(InstanceRepair.SessionOf(instance), task, delay, invocation.Stopping);
        return outcome == SendOutcome.Accepted ? true : throw new RepairNotScheduledException(instance.Value);
    }

    private int WeightOf(InstanceName instance) =>
        instances.Value.Instances.FirstOrDefault(configured => configured.Name == instance.Value)?.Weight ?? 1;
}

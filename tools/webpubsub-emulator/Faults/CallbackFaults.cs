using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;

namespace ServerlessGateway.WebPubSubEmulator.Faults;

/// <summary>
/// Loses, doubles, delays and reorders events on their way to the handlers. A user event that waits keeps the next one of
/// its connection waiting, as in the service; events of other connections, and those that nobody waits for, overtake it.
/// </summary>
internal sealed class CallbackFaults(FaultEngine engine, EventSender sender, Notifications notifications)
{
    private static readonly HandlerAnswer Lost = new HandlerAnswer.Failed("The event was lost: a fault rule says so.");
    private static readonly HandlerAnswer Stopped = new HandlerAnswer.Failed("The service is stopping.");

    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _held = [];

    public static FaultSubject SubjectOf(CloudEvent raised) => new()
    {
        { "hub", raised.Hub.Value }, { "user", raised.UserId }, { "connection", raised.ConnectionId }, { "event", raised.Name },
    };

    public async Task<HandlerAnswer> SendAsync(CloudEvent raised, EventHandlerRule rule, CancellationToken stopping)
    {
        // All kinds are asked each time: what one decides must not depend on the rules of another.
        var subject = SubjectOf(raised);
        var lost = engine.Strike(InstanceFaultKinds.LoseCallback, subject);
        var doubled = engine.Strike(InstanceFaultKinds.DoubleCallback, subject);
        var delayed = engine.Strike(InstanceFaultKinds.DelayCallback, subject);
        var (reordered, held) = StrikeReorder(subject, isHeldAtOnce: lost is null && delayed is null);
        if (lost is not null)
        {
            return Lost;
        }

        try
        {
            if (delayed is not null) await engine.LaterAsync(delayed.Delay, stopping);
            if (reordered is not null && delayed is not null) held = Hold();
            if (reordered is not null && held is not null) await BeOvertakenAsync(held, reordered.Delay, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Stopped;
        }

        if (doubled is not null)
        {
            notifications.Post(async stopped =>
            {
                await engine.LaterAsync(doubled.Delay, stopped);
                await sender.SendAsync(raised, rule, stopped);
            });
        }

        var answer = await sender.SendAsync(raised, rule, stopping);
        LetGo();
        return answer;
    }

    // Decided and held in one step: whoever learns that it was decided may count on the next event to overtake it.
    private (FaultRule? Rule, TaskCompletionSource? Held) StrikeReorder(FaultSubject subject, bool isHeldAtOnce)
    {
        lock (_gate)
        {
            var rule = engine.Strike(InstanceFaultKinds.ReorderCallback, subject);
            return (rule, rule is not null && isHeldAtOnce ? HoldLocked() : null);
        }
    }

    private TaskCompletionSource? Hold()
    {
        lock (_gate)
        {
            return HoldLocked();
        }
    }

    /// <summary>Null where another event waits already: this is the one that overtakes it.</summary>
    private TaskCompletionSource? HoldLocked()
    {
        if (_held.Count > 0) return null;
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held.Add(held);
        return held;
    }

    /// <summary>Waits until another event has been answered, or for the longest time.</summary>
    private async Task BeOvertakenAsync(TaskCompletionSource held, TimeSpan longest, CancellationToken stopping)
    {
        engine.Later(longest, LetGo);
        await held.Task.WaitAsync(stopping);
    }

    private void LetGo()
    {
        lock (_gate)
        {
            _held.ForEach(held => held.TrySetResult());
            _held.Clear();
        }
    }
}

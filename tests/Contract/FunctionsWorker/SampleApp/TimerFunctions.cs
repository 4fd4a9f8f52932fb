using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Contract.SampleApp;

internal sealed class TimerFunctions(EventLog log)
{
    /// <summary>Too frequent to be monitored.</summary>
    [Function(nameof(Tick))]
    public void Tick([TimerTrigger("%TickSchedule%")] TimerInfo timer) =>
        log.Add("tick", timer.ScheduleStatus is null ? "unmonitored" : "monitored");

    [Function(nameof(Yearly))]
    public void Yearly([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) =>
        log.Add("yearly", $"{timer.IsPastDue} {timer.ScheduleStatus is not null}");
}

using System.Globalization;
using NCrontab;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Timers;

/// <summary>When a timer is due: six fields with seconds first, five without seconds, or a constant interval.</summary>
internal abstract class TimerSchedule
{
    /// <summary>Schedules that recur faster than this are not monitored, whatever the attribute says.</summary>
    private static readonly TimeSpan LeastMonitored = TimeSpan.FromMinutes(1);

    private const int FieldsWithSeconds = 6;

    /// <exception cref="InvalidOperationException">The text is neither a crontab expression nor an interval.</exception>
    public static TimerSchedule Parse(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        var options = new CrontabSchedule.ParseOptions { IncludingSeconds = fields == FieldsWithSeconds };
        if (CrontabSchedule.TryParse(text, options) is { } crontab)
        {
            return new Crontab(crontab);
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero
            ? new Constant(interval)
            : throw new InvalidOperationException($"The schedule expression '{text}' was not recognized.");
    }

    /// <summary>The first occurrence after a local time.</summary>
    public abstract DateTime Next(DateTime after);

    public bool CanBeMonitored(DateTime now)
    {
        var next = Next(now);
        return Next(next) - next >= LeastMonitored;
    }

    private sealed class Crontab(CrontabSchedule schedule) : TimerSchedule
    {
        public override DateTime Next(DateTime after) => schedule.GetNextOccurrence(after);
    }

    private sealed class Constant(TimeSpan interval) : TimerSchedule
    {
        public override DateTime Next(DateTime after) => after + interval;
    }
}

using ServerlessGateway.AzureSdk.FunctionsWorker.Timers;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker.Runtime;

public sealed class TimerScheduleTests
{
    private static readonly DateTime Start = new(2026, 2, 27, 23, 59, 58);

    [Theory]
    [InlineData("*/5 * * * * *", "2026-02-28T00:00:00")]
    [InlineData("0 30 4 * * 1-5", "2026-03-02T04:30:00")]
    [InlineData("30 4 1 * *", "2026-03-01T04:30:00")]
    [InlineData("0 0 0 29 2 *", "2028-02-29T00:00:00")]
    [InlineData("00:00:05", "2026-02-28T00:00:03")]
    public void Fields_begin_with_seconds_when_there_are_six_and_an_interval_counts_from_now(string text, string expected) =>
        Assert.Equal(DateTime.Parse(expected), TimerSchedule.Parse(text).Next(Start));

    [Theory]
    [InlineData("*/30 * * * * *", false)]
    [InlineData("00:00:59", false)]
    [InlineData("0 * * * * *", true)]
    [InlineData("00:01:00", true)]
    public void Schedules_that_recur_within_a_minute_are_not_monitored(string text, bool monitored) =>
        Assert.Equal(monitored, TimerSchedule.Parse(text).CanBeMonitored(Start));

    [Theory]
    [InlineData("every minute")]
    [InlineData("61 * * * * *")]
    [InlineData("-00:00:05")]
    [InlineData("")]
    public void Other_texts_are_refused_by_name(string text)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => TimerSchedule.Parse(text));

        Assert.Equal($"The schedule expression '{text}' was not recognized.", failure.Message);
    }
}

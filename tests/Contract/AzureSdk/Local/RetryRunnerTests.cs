using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk.Local;

/// <summary>
/// The retry policy of the official package.
/// Source: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/src/Primitives/ServiceBusRetryPolicy.cs
/// </summary>
public sealed class RetryRunnerTests
{
    private readonly ArmedTimeProvider _time = new(DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(ServiceBusRetryMode.Fixed, 1, 0.8)]
    [InlineData(ServiceBusRetryMode.Fixed, 3, 0.8)]
    [InlineData(ServiceBusRetryMode.Exponential, 1, 1.6)]
    [InlineData(ServiceBusRetryMode.Exponential, 3, 6.4)]
    public void The_delay_doubles_or_stays(ServiceBusRetryMode mode, int failedAttempts, double seconds)
    {
        var runner = Runner(new ServiceBusRetryOptions { Mode = mode });

        Assert.Equal(TimeSpan.FromSeconds(seconds), runner.DelayAfter(Timeout(), failedAttempts));
    }

    [Fact]
    public void The_delay_is_never_more_than_the_longest_and_ends_after_the_last_retry()
    {
        var runner = Runner(new ServiceBusRetryOptions { MaxRetries = 20, MaxDelay = TimeSpan.FromSeconds(3) });

        Assert.Equal(TimeSpan.FromSeconds(3), runner.DelayAfter(Timeout(), 20));
        Assert.Null(runner.DelayAfter(Timeout(), 21));
        Assert.Null(runner.DelayAfter(new ServiceBusException("no", ServiceBusFailureReason.MessageLockLost), 1));
        Assert.Null(runner.DelayAfter(new InvalidOperationException(), 1));
        Assert.Null(Runner(new ServiceBusRetryOptions { MaxDelay = TimeSpan.Zero }).DelayAfter(Timeout(), 1));
    }

    [Fact]
    public void Refused_credentials_are_tried_again_too() =>
        Assert.NotNull(Runner(new ServiceBusRetryOptions()).DelayAfter(new UnauthorizedAccessException(), 1));

    [Fact]
    public async Task A_transient_failure_is_tried_again_after_the_delay()
    {
        var attempts = 0;
        var running = Runner(new ServiceBusRetryOptions { Mode = ServiceBusRetryMode.Fixed }).RunAsync(
            _ => ++attempts < 3 ? throw Timeout() : Task.FromResult("done"), "q", default);

        await _time.ArmedAsync(TimeSpan.FromSeconds(0.8));
        Assert.Equal(1, attempts);
        _time.Advance(TimeSpan.FromSeconds(0.8));
        await _time.ArmedAsync(TimeSpan.FromSeconds(0.8));
        Assert.Equal(2, attempts);
        _time.Advance(TimeSpan.FromSeconds(0.8));

        Assert.Equal("done", await running);
    }

    [Fact]
    public async Task The_last_failure_is_thrown()
    {
        var attempts = 0;
        var running = Runner(new ServiceBusRetryOptions { MaxRetries = 0 }).RunAsync<string>(
            _ =>
            {
                attempts++;
                throw Timeout();
            },
            "q",
            default);

        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => running);

        Assert.Equal((1, ServiceBusFailureReason.ServiceTimeout), (attempts, failure.Reason));
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_times_out()
    {
        var running = Runner(new ServiceBusRetryOptions { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(2) }).RunAsync(
            token => Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, _time, token), "q", default);

        _time.Advance(TimeSpan.FromSeconds(2));
        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => running);

        Assert.Equal(ServiceBusFailureReason.ServiceTimeout, failure.Reason);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task A_cancel_by_the_caller_is_no_time_out()
    {
        using var cancel = new CancellationTokenSource();
        var running = Runner(new ServiceBusRetryOptions()).RunAsync(
            token => Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, _time, token), "q", cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => running);
    }

    [Fact]
    public async Task After_one_busy_answer_every_operation_sleeps_ten_seconds_first_and_only_so_long()
    {
        var runner = Runner(new ServiceBusRetryOptions { MaxRetries = 1, TryTimeout = TimeSpan.FromSeconds(10) });
        await Assert.ThrowsAsync<ServiceBusException>(() => runner.RunAsync<string>(_ => throw Busy(), "q", default));
        var attempts = 0;

        var first = runner.RunAsync(_ => Task.FromResult(++attempts), "q", default);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, attempts);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, await first);
        Assert.Equal(2, await runner.RunAsync(_ => Task.FromResult(++attempts), "q", default));
    }

    /// <summary>It is the retries' time that counts, since 7.20.1: without retries no try is long enough.</summary>
    [Theory]
    [InlineData(0, 2)]
    [InlineData(0, 8)]
    [InlineData(4, 2)]
    public async Task While_busy_an_operation_whose_retries_take_less_fails_without_asking(int maxRetries, int tryTimeout)
    {
        var runner = Runner(new ServiceBusRetryOptions { MaxRetries = maxRetries, TryTimeout = TimeSpan.FromSeconds(tryTimeout) });
        await Assert.ThrowsAsync<ServiceBusException>(() => runner.RunAsync<string>(_ => throw Busy(), "q", default));
        var attempts = 0;

        var running = runner.RunAsync(_ => Task.FromResult(++attempts), "q", default);
        _time.Advance(TimeSpan.FromSeconds(tryTimeout - 1));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => running);

        Assert.Equal((0, ServiceBusFailureReason.ServiceBusy), (attempts, failure.Reason));
        _time.Advance(TimeSpan.FromSeconds(10 - tryTimeout));
        Assert.Equal(1, await runner.RunAsync(_ => Task.FromResult(++attempts), "q", default));
    }

    [Fact]
    public async Task A_second_busy_answer_does_not_prolong_the_sleep()
    {
        var runner = Runner(new ServiceBusRetryOptions { MaxRetries = 1, TryTimeout = TimeSpan.FromSeconds(30) });
        var slow = new TaskCompletionSource<string>();
        var underWay = runner.RunAsync(_ => slow.Task, "q", default);
        await Assert.ThrowsAsync<ServiceBusException>(() => runner.RunAsync<string>(_ => throw Busy(), "q", default));

        _time.Advance(TimeSpan.FromSeconds(9));
        slow.SetException(Busy());
        await Assert.ThrowsAsync<ServiceBusException>(() => underWay);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("now", await runner.RunAsync(_ => Task.FromResult("now"), "q", default));
    }

    private RetryRunner Runner(ServiceBusRetryOptions options) => new(options, _time, () => 0);

    private static ServiceBusException Timeout() => new("late", ServiceBusFailureReason.ServiceTimeout);

    /// <summary>Not transient, so that the operation that hears it ends at once and only what it leaves behind is seen.</summary>
    private static ServiceBusException Busy() => new(false, "busy", null, ServiceBusFailureReason.ServiceBusy);
}

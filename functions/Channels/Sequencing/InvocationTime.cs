namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// How long one invocation may go on (rule S7). It tries again, with growing pauses, until its time is over: abandoning
/// instead would burn the message's delivery count within seconds of an outage.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="entropy">For the jitter of pauses.</param>
/// <param name="until">When its time is over.</param>
/// <param name="lockedUntil">When the session's lock ends: from then on somebody else may hold the session.</param>
/// <param name="stopping">The process stops, or the host gives up.</param>
internal sealed class InvocationTime(
    TimeProvider time, IEntropy entropy, DateTimeOffset until, DateTimeOffset lockedUntil, CancellationToken stopping)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private const int MostDoublings = 6;

    /// <summary>The process stops, or the host gives up.</summary>
    public CancellationToken Stopping => stopping;

    /// <summary>False from the end of the lock on: after a stall that long nothing is committed any more.</summary>
    public bool MayCommit => time.GetUtcNow() < lockedUntil && !stopping.IsCancellationRequested;

    /// <summary>Pauses before the next attempt; false where no further attempt may begin.</summary>
    /// <param name="attempt">How many attempts have failed, from 1 on.</param>
    public async Task<bool> PauseAsync(int attempt)
    {
        var full = FirstPause * Math.Pow(2, Math.Min(attempt - 1, MostDoublings));
        var pause = (full < LongestPause ? full : LongestPause) * (0.5 + (entropy.NextFraction() / 2));
        if (stopping.IsCancellationRequested || time.GetUtcNow() + pause >= until)
        {
            return false;
        }

        try
        {
            await Task.Delay(pause, time, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            // The process stops: no further attempt.
            return false;
        }
    }

    /// <summary>
    /// Waits until no further attempt may begin: for what this process can not do at all, so that it does not come back
    /// the moment its session is released.
    /// </summary>
    public async Task WaitOutAsync()
    {
        for (var attempt = 1; await PauseAsync(attempt);)
        {
            attempt++;
        }
    }

    /// <summary>
    /// Runs a call that must end within a limit of its own; a call that passes it fails with a <see
    /// cref="TimeoutException"/>.
    /// </summary>
    public async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> call)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            return await call(both.Token);
        }
        catch (OperationCanceledException exception)
            when (timeout.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            throw new TimeoutException($"A call took longer than {limit}.", exception);
        }
    }
}

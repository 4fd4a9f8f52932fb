namespace ServerlessGateway.Client.Shell;

/// <summary>
/// Time since the client was made, time asleep included. A monotonic clock stands still while a laptop sleeps on some
/// systems, and then a publication of last night would look a minute old; the wall clock alone jumps when it is set. So
/// the monotonic clock counts, and a wall clock that has run ahead of it by more than two seconds says that the machine
/// slept. A wall clock that was set forward only makes things due early, which is harmless.
/// </summary>
internal sealed class SleepAwareClock(TimeProvider time)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    private TimeSpan _elapsed;
    private long _lastTimestamp = time.GetTimestamp();
    private DateTimeOffset _lastUtc = time.GetUtcNow();

    /// <summary>Called by one thread.</summary>
    public TimeSpan Now()
    {
        var timestamp = time.GetTimestamp();
        var utc = time.GetUtcNow();
        var monotonic = time.GetElapsedTime(_lastTimestamp, timestamp);
        var wall = utc - _lastUtc;
        _elapsed += wall - monotonic > Tolerance ? wall : monotonic;
        (_lastTimestamp, _lastUtc) = (timestamp, utc);
        return _elapsed;
    }
}

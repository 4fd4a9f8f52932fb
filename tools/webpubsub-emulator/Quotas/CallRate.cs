namespace ServerlessGateway.WebPubSubEmulator.Quotas;

/// <summary>
/// A bucket of calls that fills by so many a second and holds as many as one second brings. What is taken from it is let
/// in; when it is empty the caller is told when the next is there.
/// </summary>
internal sealed class CallRate(int perSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _left = perSecond;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes one call; zero when it was there, else how long until it is.</summary>
    public TimeSpan Take()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(perSecond, _left + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            if (_left < 1) return TimeSpan.FromSeconds((1 - _left) / perSecond);
            _left--;
            return TimeSpan.Zero;
        }
    }
}

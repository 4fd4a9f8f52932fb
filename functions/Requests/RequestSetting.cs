using Microsoft.Extensions.Options;

namespace ServerlessGateway.Requests;

/// <summary>The clock and the limits of requests.</summary>
internal sealed class RequestSetting(TimeProvider time, IOptions<GatewayOptions> options)
{
    public GatewayOptions Options => options.Value;

    public long Timestamp => time.GetTimestamp();

    public TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The caller's token, which also ends when the time of a request is over.</summary>
    public LimitedTime Limit(CancellationToken cancellationToken) => new(time, options.Value.RequestTimeout, cancellationToken);
}

/// <summary>A token that ends with another or after a time.</summary>
internal sealed class LimitedTime : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    public LimitedTime(TimeProvider time, TimeSpan limit, CancellationToken cancellationToken)
    {
        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
    }

    public CancellationToken Token => _linked.Token;

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}

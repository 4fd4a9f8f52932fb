using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace ServerlessGateway.Contract.Tests.AzureSdk.Local;

/// <summary>A clock that tells when something waits on it, so that a test advances it not a moment too early.</summary>
internal sealed class ArmedTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Channel<TimeSpan> _armed = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _armed.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a wait of this length has begun that no earlier call has seen.</summary>
    public async Task ArmedAsync(TimeSpan wait)
    {
        using var hang = new CancellationTokenSource(ServiceBusNamespace.Hang);
        while (await _armed.Reader.ReadAsync(hang.Token) != wait)
        {
        }
    }
}

using System.Diagnostics;

namespace ServerlessGateway.Proof.Run;

/// <summary>Milliseconds since the run began, the same for all its actors.</summary>
internal sealed class RunClock
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public double NowMs => Stopwatch.GetElapsedTime(_began).TotalMilliseconds;
}

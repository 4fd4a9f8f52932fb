using System.Globalization;
using ServerlessGateway.Bench.Harness;

namespace ServerlessGateway.Bench.WebPubSub;

/// <summary>
/// Sends at a steady rate, whatever the answers take, so that a slow broadcast delays nobody's clock but its own; each
/// client times each message.
/// </summary>
internal sealed class Broadcasts(Audience audience, Func<string, Task> sendAsync)
{
    private const int PerSecond = 20;

    /// <summary>An ordinary message of a few hundred bytes.</summary>
    private const int MessageBytes = 400;

    private static readonly string Padding = new('x', MessageBytes - Audience.StampMark.Length - Audience.StampDigits);

    public async Task RunAsync(LoadRecorder recorder, CancellationToken cancellationToken)
    {
        audience.Record(recorder);
        var before = audience.Received;
        List<Task> sends = [];
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / PerSecond);
        while (!cancellationToken.IsCancellationRequested)
        {
            var stamp = recorder.Now.ToString($"D{Audience.StampDigits}", CultureInfo.InvariantCulture);
            sends.Add(sendAsync($"{Audience.StampMark}{stamp}{Padding}"));
            await NextAsync(timer, cancellationToken);
        }

        await Task.WhenAll(sends);
        while (audience.Received - before < (long)sends.Count * audience.Count)
        {
            await Task.Yield();
        }
    }

    private static async Task NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The run is over; what was sent is still awaited.
        }
    }
}

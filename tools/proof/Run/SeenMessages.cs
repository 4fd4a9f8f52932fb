using System.Collections.Concurrent;
using ServerlessGateway.Client;

namespace ServerlessGateway.Proof.Run;

/// <summary>
/// Tells publishers when a subscriber has been handed their message, so that they publish no faster than messages arrive: what is measured is the way of
/// a message, not the length of a queue that the run itself has filled. Only pacing rests on it, never the verdict.
/// </summary>
internal sealed class SeenMessages
{
    /// <summary>A message that nobody is handed for so long does not hold its publisher any more: whether it is lost is for the judge to say.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Channel, string Publisher, long Number), TaskCompletionSource> _waits = new();

    /// <summary>A subscriber was handed a message.</summary>
    public void See(ChannelMessage message) => WaitOf((message.Channel, message.Publisher, message.Number)).TrySetResult();

    /// <summary>Waits until the first subscriber was handed it, or patience ends.</summary>
    public async Task WaitAsync(PublishResult publication, CancellationToken cancellationToken)
    {
        var seen = WaitOf((publication.Channel, publication.Publisher, publication.Number)).Task;
        await Task.WhenAny(seen, Task.Delay(Patience, cancellationToken));
    }

    private TaskCompletionSource WaitOf((string Channel, string Publisher, long Number) message) =>
        _waits.GetOrAdd(message, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}

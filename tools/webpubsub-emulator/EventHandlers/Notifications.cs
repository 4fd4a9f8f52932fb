using System.Threading.Channels;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>
/// The events nobody waits for: connected and disconnected. They are best effort, as in the service: a bounded queue with
/// a fixed number of workers, so that ten thousand clients that leave at once do not become ten thousand requests; beyond
/// the bound they are dropped and logged. On stop what waits is still sent, for a short while.
/// </summary>
internal sealed partial class Notifications(ILogger<Notifications> logger) : BackgroundService
{
    private const int Capacity = 100_000;
    private const int Workers = 32;

    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    private readonly Channel<Func<CancellationToken, Task>> _queue = Channel.CreateBounded<Func<CancellationToken, Task>>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Queues a notification; false when it was dropped.</summary>
    public bool Post(Func<CancellationToken, Task> send)
    {
        if (_queue.Writer.TryWrite(send)) return true;
        LogDropped(logger, Capacity);
        return false;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } working)
        {
            await Task.WhenAny(working, Task.Delay(StopGrace, cancellationToken));
        }

        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var send in _queue.Reader.ReadAllAsync(stoppingToken)) await SendAsync(send, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(logger);
        }
    }

    // One notification that goes wrong in a way that nobody foresaw must not cost those behind it.
    private async Task SendAsync(Func<CancellationToken, Task> send, CancellationToken stoppingToken)
    {
        try
        {
            await send(stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(logger, exception);
        }
    }

    [LoggerMessage(3231, LogLevel.Warning, "A connected or disconnected event was dropped: {Capacity} wait already")]
    private static partial void LogDropped(ILogger logger, int capacity);

    [LoggerMessage(3233, LogLevel.Error, "A connected or disconnected event failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(3232, LogLevel.Debug, "Stopped with notifications unsent")]
    private static partial void LogStopped(ILogger logger);
}

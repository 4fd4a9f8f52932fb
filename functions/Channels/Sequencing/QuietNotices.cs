using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Tells a channel's head once more when the channel has gone quiet (rule S9): a client that lost the last frame would
/// otherwise learn of it only by its own check. An aid, so a notice that fails is not repeated. Bounded: beyond, the
/// oldest is told at once; a stopping process tells all.
/// </summary>
internal sealed class QuietNotices(
    IDestinationSender sender, InstanceRegistry registry, TimeProvider time, IOptions<SequencingOptions> options) : IHostedService, IDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelName, LinkedListNode<Notice>> _notices = [];
    private readonly LinkedList<Notice> _byDue = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private bool _isRunning;

    /// <summary>
    /// Notes that something was sent; returns at once, except where the oldest notice has to make room.
    /// </summary>
    public async Task TouchAsync(ChannelName channel, string epoch, long offset)
    {
        Notice? oldest = null;
        var starts = false;
        lock (_lock)
        {
            Take(channel);
            _notices[channel] = _byDue.AddLast(new Notice(channel, epoch, offset, time.GetUtcNow() + options.Value.QuietAfter));
            if (_notices.Count > options.Value.MaxQuietChannels)
            {
                oldest = Take(_byDue.First!.Value.Channel);
            }

            if (!_isRunning && !_stopping.IsCancellationRequested)
            {
                starts = _isRunning = true;
            }
        }

        if (starts)
        {
            _loop = RunAsync();
        }

        if (oldest is not null)
        {
            await SendAsync(oldest);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop;
        List<Notice> left;
        lock (_lock)
        {
            left = [.. _byDue];
            _notices.Clear();
            _byDue.Clear();
        }

        await Task.WhenAny(Task.WhenAll(left.Select(SendAsync)), Task.Delay(StopWithin, time, cancellationToken));
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        while (NextDue() is { } due)
        {
            var wait = due - time.GetUtcNow();
            if (wait > TimeSpan.Zero && !await DelayAsync(wait))
            {
                return;
            }

            await Task.WhenAll(TakeDue().Select(SendAsync));
        }
    }

    private async Task<bool> DelayAsync(TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, time, _stopping.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            // The process stops, and StopAsync tells what is left.
            return false;
        }
    }

    /// <summary>When the next notice is due; null ends the loop, under the same lock that starts it.</summary>
    private DateTimeOffset? NextDue()
    {
        lock (_lock)
        {
            _isRunning = _byDue.First is not null;
            return _byDue.First?.Value.Due;
        }
    }

    private List<Notice> TakeDue()
    {
        List<Notice> due = [];
        lock (_lock)
        {
            while (_byDue.First is { } first && first.Value.Due <= time.GetUtcNow())
            {
                due.Add(Take(first.Value.Channel)!);
            }
        }

        return due;
    }

    private Notice? Take(ChannelName channel)
    {
        if (!_notices.Remove(channel, out var node))
        {
            return null;
        }

        _byDue.Remove(node);
        return node.Value;
    }

    private async Task SendAsync(Notice notice)
    {
        using var limit = new CancellationTokenSource(options.Value.SendTimeout, time);
        try
        {
            var json = RequestCodec.Encode(new HeadNotice(notice.Channel.Value, notice.Epoch, notice.Offset));
            var rows = await registry.ListDestinationsAsync(limit.Token);
            await Task.WhenAll(rows.Select(row => sender.SendToGroupAsync(row.Name, notice.Channel, json, limit.Token)));
        }
        catch (Exception)
        {
            // An aid: a client that misses this one asks by itself within the documented bound.
            return;
        }
    }

    private sealed record Notice(ChannelName Channel, string Epoch, long Offset, DateTimeOffset Due);
}

using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Simulation.Tests.Mutants;

/// <summary>Rule S2 broken: a head that is read knows no envelopes, so one that was committed before a crash looks like nothing but duplicates.</summary>
internal sealed class ForgetfulLog(IChannelLog log) : LogDecorator(log)
{
    public override async Task<StoredHead> ReadHeadAsync(ChannelName channel, CancellationToken cancellationToken)
    {
        var stored = await base.ReadHeadAsync(channel, cancellationToken);
        return stored with { Head = stored.Head is { } head ? head with { Envelopes = [] } : null };
    }
}

/// <summary>Rule S4 broken: the head is replaced whatever its tag is.</summary>
internal sealed class UnfencedLog(IChannelLog log) : LogDecorator(log)
{
    public override async Task<CommitResult> CommitAsync(
        ChannelName channel, StoredHead previous, Head next, IReadOnlyList<Segment> segments, CancellationToken cancellationToken)
    {
        var current = await ReadHeadAsync(channel, cancellationToken);
        return await base.CommitAsync(channel, previous with { Tag = current.Tag }, next, segments, cancellationToken);
    }
}

/// <summary>Passes everything on.</summary>
internal abstract class LogDecorator(IChannelLog log) : IChannelLog
{
    public virtual Task<StoredHead> ReadHeadAsync(ChannelName channel, CancellationToken cancellationToken) =>
        log.ReadHeadAsync(channel, cancellationToken);

    public virtual Task<CommitResult> CommitAsync(
        ChannelName channel, StoredHead previous, Head next, IReadOnlyList<Segment> segments, CancellationToken cancellationToken) =>
        log.CommitAsync(channel, previous, next, segments, cancellationToken);

    public Task<IReadOnlyList<Segment>> ReadSegmentsAsync(
        ChannelName channel, string epoch, long after, long upTo, int maxBytes, CancellationToken cancellationToken) =>
        log.ReadSegmentsAsync(channel, epoch, after, upTo, maxBytes, cancellationToken);

    public Task<bool> DeleteSegmentsAsync(ChannelName channel, string epoch, long firstRetained, CancellationToken cancellationToken) =>
        log.DeleteSegmentsAsync(channel, epoch, firstRetained, cancellationToken);
}

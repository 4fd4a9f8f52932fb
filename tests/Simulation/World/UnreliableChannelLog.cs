using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;
using ServerlessGateway.Simulation.Tests.Machine;

namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>The log as one process reaches it.</summary>
internal sealed class UnreliableChannelLog(IChannelLog log, Chaos chaos, SimulatedProcess process) : IChannelLog
{
    public Task<StoredHead> ReadHeadAsync(ChannelName channel, CancellationToken cancellationToken) => chaos.CallAsync(
        process, $"head {channel}", () => log.ReadHeadAsync(channel, CancellationToken.None), null, cancellationToken);

    public Task<CommitResult> CommitAsync(
        ChannelName channel, StoredHead previous, Head next, IReadOnlyList<Segment> segments, CancellationToken cancellationToken) => chaos.CallAsync(
        process, $"commit {channel} {next.LastOffset}", () => log.CommitAsync(channel, previous, next, segments, CancellationToken.None), null, cancellationToken);

    public Task<IReadOnlyList<Segment>> ReadSegmentsAsync(
        ChannelName channel, string epoch, long after, long upTo, int maxBytes, CancellationToken cancellationToken) => chaos.CallAsync(
        process, $"segments {channel} {after} {upTo}", () => log.ReadSegmentsAsync(channel, epoch, after, upTo, maxBytes, CancellationToken.None), null, cancellationToken);

    public Task<bool> DeleteSegmentsAsync(ChannelName channel, string epoch, long firstRetained, CancellationToken cancellationToken) => chaos.CallAsync(
        process, $"trim {channel} {firstRetained}", () => log.DeleteSegmentsAsync(channel, epoch, firstRetained, CancellationToken.None), null, cancellationToken);
}

using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>A request whose answer is under way on the current connection.</summary>
/// <param name="SentAt">When it was sent.</param>
/// <param name="HasPositions">True where positions ride on it; they are sent again when it fails.</param>
internal abstract record PendingRequest(TimeSpan SentAt, bool HasPositions);

internal sealed record PendingPublish(TimeSpan SentAt) : PendingRequest(SentAt, false);

/// <summary>Subscribe or resume.</summary>
internal sealed record PendingJoin(TimeSpan SentAt, bool HasPositions, IReadOnlyList<ChannelReader> Readers)
    : PendingRequest(SentAt, HasPositions);

internal sealed record PendingRead(TimeSpan SentAt, bool HasPositions, ChannelReader Reader)
    : PendingRequest(SentAt, HasPositions);

internal sealed record PendingCheck(TimeSpan SentAt, bool HasPositions, IReadOnlyList<ChannelReader> Readers)
    : PendingRequest(SentAt, HasPositions);

internal sealed record PendingLeave(TimeSpan SentAt, bool HasPositions, IReadOnlyList<ChannelName> Channels)
    : PendingRequest(SentAt, HasPositions);

internal sealed record PendingPositions(TimeSpan SentAt) : PendingRequest(SentAt, true);

using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>The answers to items that did not become durable; each says why and when to repeat.</summary>
internal static class PublishAnswers
{
    /// <summary>An item behind one that was not accepted.</summary>
    public static PublishItemAnswer BehindEarlier { get; } = Retry(
        ErrorCodes.BehindEarlier, "An earlier publication to this channel was not accepted; repeat that one first.");

    /// <summary>An item that may have become durable.</summary>
    public static PublishItemAnswer OutcomeUnknown { get; } = Retry(
        ErrorCodes.OutcomeUnknown, "The queue did not answer in time; repeat it under the same number.");

    /// <summary>An item that was certainly not taken.</summary>
    public static PublishItemAnswer Busy(TimeSpan gatheringTime) => Retry(
        ErrorCodes.Busy, "The gateway has more to send than the queue takes.", (int)Math.Max(100, gatheringTime.TotalMilliseconds));

    /// <summary>The queue does not take envelopes.</summary>
    public static PublishItemAnswer QueueUnavailable(string reason) => new(PublishStatus.Retry, ErrorDetail.Of(
        ErrorCodes.QueueUnavailable, "The queue did not take it.", reason, retryAfterMs: 1000));

    private static PublishItemAnswer Retry(ErrorCode code, string message, int? retryAfterMs = null) =>
        new(PublishStatus.Retry, ErrorDetail.Of(code, message, retryAfterMs: retryAfterMs));
}

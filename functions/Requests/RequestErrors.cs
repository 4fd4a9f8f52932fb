using ServerlessGateway.Protocol;

namespace ServerlessGateway.Requests;

/// <summary>The errors that several requests share; each gives the offending value and the limit.</summary>
internal static class RequestErrors
{
    private const int RetryAfterMs = 1000;

    public static ErrorDetail InvalidChannel(string? channel) => ErrorDetail.Of(
        ErrorCodes.InvalidChannel, "A channel name is 1 to 128 of A-Z a-z 0-9 _ - . : / @ = + ~ ! and ','.", channel ?? "null",
        ChannelName.MaxLength);

    public static ErrorDetail RightMissing(string operation, ChannelName channel) => ErrorDetail.Of(
        ErrorCodes.RightMissing, $"The token gives no right to {operation} in this channel.", channel);

    public static ErrorDetail InvalidPosition(Position position) => ErrorDetail.Of(
        ErrorCodes.InvalidPosition,
        $"A position has an offset from 0 and an epoch of at most {Position.MaxEpochLength} legal characters.", position);

    public static ErrorDetail TooManyChannels(int count, int limit) => ErrorDetail.Of(
        ErrorCodes.TooManyChannels, "The session would hold more channels than allowed.", count, limit);

    public static ErrorDetail Malformed(string message, object? value = null) =>
        ErrorDetail.Of(ErrorCodes.MalformedRequest, message, value);

    public static ErrorDetail StoreUnavailable { get; } = ErrorDetail.Of(
        ErrorCodes.StoreUnavailable, "The store did not answer; ask again.", retryAfterMs: RetryAfterMs);

    public static ErrorDetail GroupsUnavailable(GroupOutcome outcome) => ErrorDetail.Of(
        ErrorCodes.Busy, "The instance did not change the connection's groups; ask again.", outcome, retryAfterMs: RetryAfterMs);
}

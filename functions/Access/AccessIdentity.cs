using ServerlessGateway.Protocol;

namespace ServerlessGateway.Access;

/// <summary>Who a valid token speaks for.</summary>
/// <param name="User">The user, 1 to 128 characters, no control characters, not beginning with <c>$</c>.</param>
/// <param name="Capabilities">What it may do.</param>
/// <param name="Expires">Until when.</param>
internal sealed record AccessIdentity(string User, CapabilitySet Capabilities, DateTimeOffset Expires);

/// <summary>How reading a token ended: the identity, or why not.</summary>
internal readonly record struct AccessResult(AccessIdentity? Identity, ErrorDetail? Error)
{
    public static AccessResult Refused(ErrorCode code, string message, object? value = null) =>
        new(null, ErrorDetail.Of(code, message, value));
}

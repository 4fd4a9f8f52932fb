using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>What became of a publication; there is always exactly one outcome.</summary>
public enum PublishOutcome
{
    /// <summary>Durable: it is delivered once to every subscriber, or reported to each as a gap.</summary>
    Accepted,

    /// <summary>Never accepted, and unchanged it will not be.</summary>
    Refused,

    /// <summary>
    /// It may or may not have been accepted, and it is no longer safe to repeat it: the gateway remembers a publisher's
    /// numbers for ten minutes, so the client stops repeating after nine.
    /// </summary>
    Unknown,
}

/// <summary>The outcome of one publication.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Channel">Where it went.</param>
/// <param name="Publisher">The publisher's id, 32 hexadecimal digits; messages carry it.</param>
/// <param name="Number">Its number; with <paramref name="Publisher"/> the identity of the publication.</param>
/// <param name="Error">Why not; null where accepted.</param>
public sealed record PublishResult(
    PublishOutcome Outcome, string Channel, string Publisher, long Number, ErrorDetail? Error = null)
{
    /// <summary>True where the publication is durable.</summary>
    public bool IsAccepted => Outcome == PublishOutcome.Accepted;

    /// <summary>Returns this result where it is accepted.</summary>
    /// <exception cref="GatewayException">It is not: <see cref="GatewayException.Code"/> says why.</exception>
    public PublishResult EnsureAccepted() => IsAccepted ? this : throw new GatewayException(Error!);
}

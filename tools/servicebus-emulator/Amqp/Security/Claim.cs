namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>What a token was found to grant.</summary>
/// <param name="Refusal">Why it grants nothing; null where it grants something.</param>
/// <param name="Path">The entity path that it covers with all below it; empty for the whole namespace.</param>
/// <param name="Expires">When it stops doing so.</param>
internal sealed record Claim(string? Refusal, string Path, DateTimeOffset Expires)
{
    public static Claim Refused(string why) => new(why, string.Empty, DateTimeOffset.MinValue);
}

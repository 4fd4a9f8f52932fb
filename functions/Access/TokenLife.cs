namespace ServerlessGateway.Access;

/// <summary>The one rule for <c>nbf</c> and <c>exp</c>, on the injected clock.</summary>
internal static class TokenLife
{
    /// <summary>True where the token has begun and has not ended; one without an end never holds.</summary>
    public static bool Holds(DateTime? from, DateTime? until, DateTimeOffset now, TimeSpan skew) =>
        until is { } end && now.UtcDateTime < end + skew && (from is not { } start || now.UtcDateTime >= start - skew);
}

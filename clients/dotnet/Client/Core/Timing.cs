namespace ServerlessGateway.Client.Core;

/// <summary>Due times; null is never.</summary>
internal static class Timing
{
    public static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) =>
        one is null || (other is not null && other < one) ? other : one;
}

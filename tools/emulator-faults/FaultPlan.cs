namespace ServerlessGateway.Emulators.Faults;

/// <summary>The rules that are put together, in their order.</summary>
/// <param name="Rules">Where several rules of a kind strike at once, the first one's settings hold.</param>
public sealed record FaultPlan(IReadOnlyList<FaultRule> Rules)
{
    /// <summary>Rules in force at once; each occasion of a kind looks at all of that kind.</summary>
    public const int MaxRules = 100;
}

namespace ServerlessGateway.Emulators.Faults;

/// <summary>One key by which a rule may narrow what it strikes.</summary>
/// <param name="Name">The key as it stands in a plan.</param>
public sealed record FaultTargetKey(string Name)
{
    /// <summary>The only values there are; null where any text may be meant.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Whether upper and lower case are the same, as in the paths of Service Bus.</summary>
    public bool IgnoresCase { get; init; }
}

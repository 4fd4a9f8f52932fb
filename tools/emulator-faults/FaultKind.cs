namespace ServerlessGateway.Emulators.Faults;

/// <summary>
/// One kind of fault that an emulator knows: its name, and which settings its rules may have. Compared by reference:
/// each emulator has one object for each of its kinds.
/// </summary>
/// <param name="name">The name in a plan.</param>
public sealed class FaultKind(string name)
{
    /// <summary>The name in a plan.</summary>
    public string Name { get; } = name;

    /// <summary>What a rule's target may name.</summary>
    public IReadOnlyList<FaultTargetKey> Targets { get; init; } = [];

    /// <summary>
    /// Whether it strikes what is there at a moment (when the rule is put, and again where it says <c>everyMs</c>),
    /// instead of waiting for occasions.
    /// </summary>
    public bool IsAct { get; init; }

    /// <summary>The delay of rules that do not say; null where a delay means nothing.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The HTTP status of rules that do not say; null where there is none.</summary>
    public int? Status { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

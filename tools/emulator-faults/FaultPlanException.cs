namespace ServerlessGateway.Emulators.Faults;

/// <summary>A plan that cannot be used. The message is one line that says what is wrong where.</summary>
/// <param name="code">The reason, for programs: <c>NotJson</c>, <c>UnknownKind</c>, <c>UnknownKey</c>,
/// <c>Missing</c>, <c>WrongType</c>, <c>OutOfRange</c> or <c>Duplicate</c>.</param>
/// <param name="key">Where in the plan.</param>
/// <param name="value">What stands there; null where nothing does.</param>
/// <param name="limit">What may stand there.</param>
public sealed class FaultPlanException(string code, string key, string? value, string limit)
    : FormatException($"{key} is {value ?? "missing"}; {limit}.")
{
    /// <summary>The reason, for programs.</summary>
    public string Code { get; } = code;

    /// <summary>Where in the plan.</summary>
    public string Key { get; } = key;

    /// <summary>What stands there.</summary>
    public string? Value { get; } = value;

    /// <summary>What may stand there.</summary>
    public string Limit { get; } = limit;
}

namespace ServerlessGateway.LocalCloud.Faults;

/// <summary>What became of a fault rule.</summary>
/// <param name="Emulator">The name of the instance, or <c>servicebus</c>.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Considered">Occasions that it was asked about.</param>
/// <param name="Applied">Occasions on which it struck.</param>
public sealed record StruckRule(string Emulator, string Kind, long Considered, long Applied);

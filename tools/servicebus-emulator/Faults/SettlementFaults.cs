namespace ServerlessGateway.ServiceBusEmulator.Faults;

/// <summary>What goes wrong with one settlement.</summary>
/// <param name="IsLost">It never arrives.</param>
/// <param name="IsBusy">It is refused as when the namespace is throttled.</param>
/// <param name="Delay">It is carried out so much later.</param>
/// <param name="LosesAnswer">It is carried out, and its answer never arrives.</param>
internal readonly record struct SettlementFaults(bool IsLost, bool IsBusy, TimeSpan? Delay, bool LosesAnswer);

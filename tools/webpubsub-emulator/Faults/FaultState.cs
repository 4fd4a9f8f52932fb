namespace ServerlessGateway.WebPubSubEmulator.Faults;

/// <summary>The faults that are switched on; everything works as it should when none is.</summary>
internal sealed class FaultState
{
    private volatile bool _refusesRest;

    /// <summary>Whether every REST call is answered 503.</summary>
    public bool RefusesRest
    {
        get => _refusesRest;
        set => _refusesRest = value;
    }
}

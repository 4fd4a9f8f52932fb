namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>Where events go now. It may be replaced while the instance runs: the next event of every connection goes by it.</summary>
internal sealed class EventRouting(EventHandlerConfig initial)
{
    private volatile EventHandlerConfig _current = initial;

    /// <summary>Raised when it was replaced.</summary>
    public event Action? Replaced;

    public EventHandlerConfig Current => _current;

    public void Replace(EventHandlerConfig config)
    {
        _current = config;
        Replaced?.Invoke();
    }
}

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>Something that happens at a time unless it is cancelled first.</summary>
internal sealed class Deadline(DateTimeOffset due, Action<object> action, object state)
{
    internal DateTimeOffset Due { get; } = due;

    internal bool IsOver { get; private set; }

    /// <summary>Makes the deadline do nothing. Its entry stays queued until it is due or swept.</summary>
    internal bool TryEnd()
    {
        var wasOpen = !IsOver;
        IsOver = true;
        return wasOpen;
    }

    internal void Run() => action(state);
}

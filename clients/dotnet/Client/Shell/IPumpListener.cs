using ServerlessGateway.Client.Core;

namespace ServerlessGateway.Client.Shell;

/// <summary>Gets what the core wants the application to know. Called by the pump, in order; returns at once.</summary>
internal interface IPumpListener
{
    void Notify(CoreOutput output);

    /// <summary>The client has ended; nothing follows. A fault is a bug of this library.</summary>
    void Ended(Exception? fault);
}

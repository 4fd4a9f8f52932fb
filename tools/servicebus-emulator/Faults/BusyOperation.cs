namespace ServerlessGateway.ServiceBusEmulator.Faults;

/// <summary>What may be refused as busy.</summary>
internal static class BusyOperation
{
    /// <summary>Messages on a sender's link.</summary>
    public const string Send = "send";

    /// <summary>A receiver's attach, also to a session.</summary>
    public const string Receive = "receive";

    /// <summary>A settlement on a receiver's link.</summary>
    public const string Settle = "settle";

    /// <summary>A request to <c>$management</c>.</summary>
    public const string Manage = "manage";
}

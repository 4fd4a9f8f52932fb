namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Where a connection stands after its handshake.</summary>
internal enum ConnectionState
{
    /// <summary>Only open is accepted.</summary>
    Starting,

    /// <summary>Both sides have opened.</summary>
    Open,

    /// <summary>No frame is read any more.</summary>
    Closed,
}

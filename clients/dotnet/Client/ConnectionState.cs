namespace ServerlessGateway.Client;

/// <summary>The states of a client (PROTOCOL.md section 5).</summary>
public enum ConnectionState
{
    /// <summary>Not asked to connect yet.</summary>
    Idle,

    /// <summary>Asks negotiate, then opens the WebSocket.</summary>
    Connecting,

    /// <summary>Connected; the answer that tells how each channel goes on is under way.</summary>
    Resuming,

    /// <summary>Connected, and every channel has its answer.</summary>
    Live,

    /// <summary>Waits a random back-off before it connects again.</summary>
    Waiting,

    /// <summary>Ended, by the application or by a code that says stop.</summary>
    Closed,
}

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// Told once of the end of a connection, which for a reliable one may come long after that of its last socket. Called
/// under the lock of the hub, so it must not block or call back.
/// </summary>
internal interface IConnectionListener
{
    void OnEnded(ConnectionEnd end);
}

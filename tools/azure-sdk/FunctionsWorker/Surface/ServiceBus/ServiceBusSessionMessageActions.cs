using ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Acts on the session of the message that triggered a function.</summary>
public class ServiceBusSessionMessageActions
{
    private readonly SettlementChannel _settlement;
    private readonly string _sessionId;

    internal ServiceBusSessionMessageActions(
        SettlementChannel settlement, string sessionId, DateTimeOffset sessionLockedUntil)
    {
        _settlement = settlement;
        _sessionId = sessionId;
        SessionLockedUntil = sessionLockedUntil;
    }

    /// <summary>For mocks only.</summary>
    protected ServiceBusSessionMessageActions()
    {
        _settlement = null!;
        _sessionId = null!;
    }

    /// <summary>
    /// When the session's lock ended as this execution began, or as of the last renewal made here; renewals by the host
    /// do not show.
    /// </summary>
    public virtual DateTimeOffset SessionLockedUntil { get; protected set; }

    /// <summary>Reads the session's state.</summary>
    public virtual Task<BinaryData> GetSessionStateAsync(CancellationToken cancellationToken = default) =>
        _settlement.GetSessionStateAsync(_sessionId, cancellationToken);

    /// <summary>Replaces the session's state.</summary>
    public virtual Task SetSessionStateAsync(BinaryData sessionState, CancellationToken cancellationToken = default) =>
        _settlement.SetSessionStateAsync(_sessionId, sessionState, cancellationToken);

    /// <summary>Asks the host to give the session back; it does so after this execution.</summary>
    public virtual Task ReleaseSession(CancellationToken cancellationToken = default) =>
        _settlement.ReleaseSessionAsync(_sessionId, cancellationToken);

    /// <summary>Renews the session's lock.</summary>
    public virtual async Task RenewSessionLockAsync(CancellationToken cancellationToken = default) =>
        SessionLockedUntil = await _settlement.RenewSessionLockAsync(_sessionId, cancellationToken);
}

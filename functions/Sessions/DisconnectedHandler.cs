using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Sessions;

/// <summary>
/// Hears that a connection is gone. Such events come late, doubled, out of order or not at all: only the current
/// connection of a session is ever taken back (N4), and nothing rests on it.
/// </summary>
internal sealed class DisconnectedHandler(SessionRows rows, ILogger<DisconnectedHandler> log)
{
    /// <summary>Handles the event; without a readable state there is nothing to take back.</summary>
    public async Task HandleAsync(string connectionId, ConnectionState? state, CancellationToken cancellationToken)
    {
        if (state is null)
        {
            return;
        }

        try
        {
            await rows.MergeAsync(
                state.Session,
                stored => stored?.Connection?.ConnectionId == connectionId ? stored.WithoutCurrent() : stored,
                cancellationToken);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or FormatVersionException)
        {
            SessionLog.StoreUnavailable(log, "disconnected", exception);
        }
    }
}

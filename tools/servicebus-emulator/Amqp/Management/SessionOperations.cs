using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Management of sessions: lock, state, and the list of them.</summary>
internal static class SessionOperations
{
    private const int MaxListed = 1_000;

    public static ManagementAnswer Renew(SessionLease lease)
    {
        var renewed = lease.Renew();
        return renewed.IsSuccess
            ? ManagementAnswer.Ok(new Map { { "expiration", renewed.Value.UtcDateTime } })
            : ManagementAnswer.Failed(renewed.Error);
    }

    public static ManagementAnswer GetState(SessionLease lease)
    {
        var state = lease.GetState();
        return state.IsSuccess
            ? ManagementAnswer.Ok(new Map { { "session-state", state.Value?.ToArray() } })
            : ManagementAnswer.Failed(state.Error);
    }

    public static async Task<ManagementAnswer> SetStateAsync(SessionLease lease, ManagementArguments arguments)
    {
        ReadOnlyMemory<byte>? state = arguments.OptionalBytes("session-state") is { } bytes ? (ReadOnlyMemory<byte>?)bytes : null;
        return ManagementAnswer.Done(await lease.SetStateAsync(state));
    }

    public static ManagementAnswer List(MessageQueue queue, ManagementArguments arguments)
    {
        var skip = (int)Math.Clamp(arguments.OptionalNumber("skip") ?? 0, 0, int.MaxValue);
        var top = (int)Math.Clamp(arguments.OptionalNumber("top") ?? MaxListed, 1, MaxListed);

        // The largest time stands for "sessions with messages", any other for "state set since".
        DateTimeOffset? since = arguments.OptionalTime("last-updated-time") is { Year: < 9999 } time
            ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc))
            : null;
        var sessions = queue.ListSessions(since, skip, top);
        return sessions.Count == 0
            ? ManagementAnswer.NoContent()
            : ManagementAnswer.Ok(new Map
            {
                { "skip", skip + sessions.Count },
                { "sessions-ids", sessions.ToArray() },
            });
    }
}

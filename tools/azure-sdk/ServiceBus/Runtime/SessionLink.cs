using Amqp.Framing;
using Amqp.Types;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>How a receiver takes messages, without its name.</summary>
internal sealed record ReceiverOptions(ServiceBusReceiveMode ReceiveMode, int PrefetchCount);

/// <summary>A link that holds a session, and what the broker said of it.</summary>
internal sealed record SessionLink(ReceivingLink Link, HeldSession Held)
{
    private static readonly Symbol Filter = "com.microsoft:session-filter";
    private static readonly Symbol LockedUntil = "com.microsoft:locked-until-utc";

    /// <summary>The broker gives up a little before this side does, so that its word is heard.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(500);

    public static async Task<SessionLink> OpenAsync(
        ConnectionScope scope,
        string entityPath,
        string? sessionId,
        ReceiverOptions options,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        var serverWait = limit > 2 * AnswerTime ? limit - AnswerTime : limit / 2;
        var (link, answer) = await scope.OpenReceiverAsync(
            entityPath,
            new Source { FilterSet = new Map { [Filter] = sessionId } },
            options.ReceiveMode == ServiceBusReceiveMode.ReceiveAndDelete,
            serverWait,
            cancellationToken).ConfigureAwait(false);
        if ((answer.Source as Source)?.FilterSet?[Filter] is not string accepted)
        {
            link.Close();
            throw new ServiceBusException(
                "The broker did not say which session it gave.", ServiceBusFailureReason.SessionCannotBeLocked, entityPath);
        }

        return new SessionLink(link, new HeldSession(accepted, Until(answer.Properties?[LockedUntil])));
    }

    private static DateTimeOffset Until(object? value) => value switch
    {
        long ticks => new DateTimeOffset(ticks, TimeSpan.Zero),
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        _ => DateTimeOffset.MaxValue,
    };
}

/// <summary>Requests about a session that a link holds.</summary>
internal static class SessionRequests
{
    public static async Task<DateTimeOffset> RenewAsync(
        ManagementClient management, string sessionId, string link, CancellationToken cancellationToken)
    {
        var answer = await management.RequestAsync("renew-session-lock", Of(sessionId), link, cancellationToken)
            .ConfigureAwait(false);
        return DateTime.SpecifyKind((DateTime)Answer.Value(answer, "expiration")!, DateTimeKind.Utc);
    }

    public static async Task<BinaryData> GetStateAsync(
        ManagementClient management, string sessionId, string link, CancellationToken cancellationToken)
    {
        var answer = await management.RequestAsync("get-session-state", Of(sessionId), link, cancellationToken)
            .ConfigureAwait(false);
        return Answer.Value(answer, "session-state") is byte[] state ? BinaryData.FromBytes(state) : null!;
    }

    public static Task SetStateAsync(
        ManagementClient management,
        string sessionId,
        string link,
        BinaryData? state,
        CancellationToken cancellationToken)
    {
        var request = Of(sessionId);
        request["session-state"] = state?.ToArray();
        return management.RequestAsync("set-session-state", request, link, cancellationToken);
    }

    private static Map Of(string sessionId) => new() { ["session-id"] = sessionId };
}

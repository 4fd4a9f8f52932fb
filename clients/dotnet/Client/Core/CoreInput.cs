using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>
/// What happens to the core: a command of the application, or the end of something that the core asked for.
/// </summary>
internal abstract record CoreInput;

/// <summary>Connect, and stay connected.</summary>
internal sealed record ConnectCommand : CoreInput;

/// <summary>Settle what can be settled, store positions, then end.</summary>
internal sealed record CloseCommand : CoreInput;

/// <summary>
/// A publication. <paramref name="Ticket"/> is the caller's name for it; <see cref="PublicationSettled"/> carries it.
/// </summary>
internal sealed record PublishCommand(long Ticket, ChannelName Channel, RawJson Data) : CoreInput;

/// <summary>The caller no longer waits: a publication that was never sent is taken back.</summary>
internal sealed record WithdrawCommand(long Ticket) : CoreInput;

/// <summary>A subscription. <paramref name="Subscription"/> is the caller's name for it, never used twice.</summary>
internal sealed record SubscribeCommand(long Subscription, ChannelName Channel, StartFrom From) : CoreInput;

/// <summary>
/// Ends a subscription; what was handed on before may still be processed, but moves no position any more.
/// </summary>
internal sealed record UnsubscribeCommand(long Subscription, SubscriptionEnd End = SubscriptionEnd.Left) : CoreInput;

/// <summary>How the application ends a subscription.</summary>
internal enum SubscriptionEnd
{
    /// <summary>It leaves the channel; the session forgets its position there.</summary>
    Left,

    /// <summary>
    /// It waits no more. Once opened, the channel is left, so that many who come and go do not fill the session, and this
    /// client keeps the position; before, the position is known to the gateway alone, which must not forget it.
    /// </summary>
    Cancelled,

    /// <summary>
    /// Its handler failed: this client keeps the position and the gateway does. The channel stays among the session's until
    /// the next resume; its frames come for nothing.
    /// </summary>
    Failed,
}

/// <summary>
/// The application has processed items up to this one; <paramref name="Items"/> and their bytes free the queue.
/// </summary>
internal sealed record ItemsProcessed(long Subscription, Position Position, int Items, int Bytes) : CoreInput;

/// <summary>Negotiate answered.</summary>
internal sealed record Negotiated(int Attempt, NegotiateAnswer Answer) : CoreInput;

/// <summary>There is no answer of negotiate, or a refusal; or the WebSocket could not be opened.</summary>
internal sealed record AttemptFailed(int Attempt, ErrorDetail Error) : CoreInput;

/// <summary>A text frame arrived.</summary>
internal sealed record FrameReceived(int Attempt, ReadOnlyMemory<byte> Utf8) : CoreInput;

/// <summary>The socket is gone.</summary>
internal sealed record SocketClosed(int Attempt, string Reason) : CoreInput;

/// <summary>Time has passed: <see cref="ClientCore.NextDue"/> is reached.</summary>
internal sealed record Tick : CoreInput;

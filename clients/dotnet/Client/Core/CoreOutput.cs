using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Core;

/// <summary>What the core wants done, in this order.</summary>
internal abstract record CoreOutput;

/// <summary>
/// Get a token and ask negotiate; answered by <see cref="Negotiated"/> or <see cref="AttemptFailed"/>.
/// </summary>
internal sealed record NegotiateEffect(int Attempt, NegotiateRequest Request) : CoreOutput;

/// <summary>
/// Open the WebSocket; its frames come as <see cref="FrameReceived"/>, its end as <see cref="SocketClosed"/>.
/// </summary>
internal sealed record OpenSocketEffect(int Attempt, string Url, string Protocol) : CoreOutput;

/// <summary>Send a text frame; where the socket is already gone it is dropped.</summary>
internal sealed record SendFrameEffect(int Attempt, ReadOnlyMemory<byte> Utf8) : CoreOutput;

/// <summary>Give the attempt up, wherever it is; nothing of it needs to be reported any more.</summary>
internal sealed record CloseSocketEffect(int Attempt, string Reason) : CoreOutput;

/// <summary>An item for the application; <paramref name="Bytes"/> come back in <see cref="ItemsProcessed"/>.</summary>
internal sealed record DeliverItem(long Subscription, ChannelItem Item, int Bytes) : CoreOutput;

/// <summary>
/// The subscription has its first answer: everything behind <paramref name="Position"/> will be handed on.
/// </summary>
internal sealed record SubscriptionOpened(long Subscription, Outcome Outcome, Position Position) : CoreOutput;

/// <summary>The subscription has ended; by the application where there is no error.</summary>
internal sealed record SubscriptionEnded(long Subscription, ErrorDetail? Error) : CoreOutput;

/// <summary>The one outcome of a publication; null where it was withdrawn.</summary>
internal sealed record PublicationSettled(long Ticket, PublishResult? Result) : CoreOutput;

/// <summary>See <see cref="Client.ConnectionStateChanged"/>.</summary>
internal sealed record StateEvent(ConnectionStateChanged Change) : CoreOutput;

/// <summary>See <see cref="Client.SessionResumed"/>.</summary>
internal sealed record SessionResumedEvent(SessionResumed Resumed) : CoreOutput;

/// <summary>See <see cref="Client.ChannelRecovered"/>.</summary>
internal sealed record ChannelRecoveredEvent(ChannelRecovered Recovered) : CoreOutput;

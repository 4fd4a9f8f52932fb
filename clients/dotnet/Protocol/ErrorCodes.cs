namespace ServerlessGateway.Protocol;

/// <summary>What a client does with a code; the range of the code tells (ERRORS.md).</summary>
public enum Verdict
{
    /// <summary>1xxx: repeat the same, after <c>retryAfterMs</c> where given.</summary>
    Retry = 1,

    /// <summary>2xxx: negotiate again with the same token, then resume.</summary>
    Reconnect = 2,

    /// <summary>3xxx: get a new token, then negotiate again.</summary>
    Authenticate = 3,

    /// <summary>4xxx: unchanged it can not succeed.</summary>
    Stop = 4,

    /// <summary>5xxx: made by the client library, never on the wire.</summary>
    Local = 5,
}

/// <summary>A code with its name. The table is ERRORS.md; a test holds the two to each other.</summary>
/// <param name="Code">The number; its thousands are the <see cref="Verdict"/>.</param>
/// <param name="Name">The stable name.</param>
/// <param name="HttpStatus">The status where it answers an HTTP request; 0 where it never does.</param>
public sealed record ErrorCode(int Code, string Name, int HttpStatus)
{
    /// <summary>What to do about it.</summary>
    public Verdict Verdict => VerdictOf(Code);

    /// <summary>What to do about any code, known or not: unknown thousands stop.</summary>
    public static Verdict VerdictOf(int code) =>
        code / 1000 is >= 1 and <= 5 and var range ? (Verdict)range : Verdict.Stop;
}

/// <summary>Every code of version 1.</summary>
public static class ErrorCodes
{
#pragma warning disable CS1591 // Each member is documented by its row in ERRORS.md, which a test compares with this list.
    public static readonly ErrorCode Busy = new(1001, "busy", 503);
    public static readonly ErrorCode OutcomeUnknown = new(1002, "outcome_unknown", 503);
    public static readonly ErrorCode BehindEarlier = new(1003, "behind_earlier", 503);
    public static readonly ErrorCode StoreUnavailable = new(1004, "store_unavailable", 503);
    public static readonly ErrorCode QueueUnavailable = new(1005, "queue_unavailable", 503);
    public static readonly ErrorCode Internal = new(1006, "internal", 500);
    // Not a 5xx: Web PubSub repeats a connect event that fails with one for nine seconds, and the instance stays
    // closed.
    public static readonly ErrorCode InstanceClosed = new(2001, "instance_closed", 409);
    public static readonly ErrorCode StateUnreadable = new(2002, "state_unreadable", 400);
    public static readonly ErrorCode TokenMissing = new(3001, "token_missing", 401);
    public static readonly ErrorCode TokenInvalid = new(3002, "token_invalid", 401);
    public static readonly ErrorCode TokenExpired = new(3003, "token_expired", 401);
    public static readonly ErrorCode MalformedRequest = new(4001, "malformed_request", 400);
    public static readonly ErrorCode UnknownRequest = new(4002, "unknown_request", 404);
    public static readonly ErrorCode InvalidChannel = new(4003, "invalid_channel", 400);
    public static readonly ErrorCode RightMissing = new(4004, "right_missing", 403);
    public static readonly ErrorCode PayloadTooLarge = new(4005, "payload_too_large", 413);
    public static readonly ErrorCode RequestTooLarge = new(4006, "request_too_large", 413);
    public static readonly ErrorCode TooManyChannels = new(4007, "too_many_channels", 400);
    public static readonly ErrorCode TooManyPublications = new(4008, "too_many_publications", 400);
    public static readonly ErrorCode InvalidCapability = new(4009, "invalid_capability", 403);
    public static readonly ErrorCode CapabilitiesTooLarge = new(4010, "capabilities_too_large", 403);
    public static readonly ErrorCode SessionForeign = new(4011, "session_foreign", 403);
    public static readonly ErrorCode InvalidPosition = new(4012, "invalid_position", 400);
    public static readonly ErrorCode InvalidPublication = new(4013, "invalid_publication", 400);
    public static readonly ErrorCode InvalidSession = new(4014, "invalid_session", 400);
    public static readonly ErrorCode CallbackForbidden = new(4015, "callback_forbidden", 401);
    public static readonly ErrorCode UnknownInstance = new(4016, "unknown_instance", 404);
    public static readonly ErrorCode InvalidUser = new(4017, "invalid_user", 403);
    public static readonly ErrorCode RejectedByStore = new(4018, "rejected_by_store", 0);
    public static readonly ErrorCode Unreadable = new(4019, "unreadable", 0);
    public static readonly ErrorCode Unknown = new(5001, "unknown", 0);
    public static readonly ErrorCode Closed = new(5002, "closed", 0);
    public static readonly ErrorCode OutboxFull = new(5003, "outbox_full", 0);
    public static readonly ErrorCode ConnectFailed = new(5004, "connect_failed", 0);
#pragma warning restore CS1591

    /// <summary>All of them, by number.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        Busy, OutcomeUnknown, BehindEarlier, StoreUnavailable, QueueUnavailable, Internal,
        InstanceClosed, StateUnreadable,
        TokenMissing, TokenInvalid, TokenExpired,
        MalformedRequest, UnknownRequest, InvalidChannel, RightMissing, PayloadTooLarge, RequestTooLarge,
        TooManyChannels,
        TooManyPublications, InvalidCapability, CapabilitiesTooLarge, SessionForeign, InvalidPosition,
        InvalidPublication,
        InvalidSession, CallbackForbidden, UnknownInstance, InvalidUser, RejectedByStore, Unreadable,
        Unknown, Closed, OutboxFull, ConnectFailed,
    ];
}

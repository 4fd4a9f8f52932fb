using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Sessions;

/// <summary>How a negotiate request ended: the answer, or why not.</summary>
internal readonly record struct NegotiateResult(NegotiateAnswer? Answer, ErrorDetail? Error);

/// <summary>
/// Turns a token into a way in. The session's row is written here, with its user and capabilities, since a client token
/// that the service mints by itself can carry no claims of ours (N1).
/// </summary>
internal sealed class NegotiateHandler(
    SessionRows rows,
    IInstanceDirectory instances,
    IClientUrls urls,
    IEntropy entropy,
    IOptions<SessionOptions> options,
    ILogger<NegotiateHandler> log)
{
    private const int RetryAfterMs = 1000;

    /// <summary>
    /// Handles a request of a caller that was identified; never throws for what the store or the service did.
    /// </summary>
    public async Task<NegotiateResult> HandleAsync(
        AccessIdentity identity, NegotiateRequest request, ClientLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            return await NegotiateAsync(identity, request, limits, cancellationToken);
        }
        catch (StoreUnavailableException exception)
        {
            SessionLog.StoreUnavailable(log, "negotiate", exception);
            return Refuse(ErrorCodes.StoreUnavailable, "The session could not be stored; try again.", null, RetryAfterMs);
        }
        catch (FormatVersionException exception)
        {
            SessionLog.RowUnreadable(log, exception);
            return Refuse(ErrorCodes.StoreUnavailable, "The session was written by a later version; try again.", null, RetryAfterMs);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            SessionLog.NegotiateFailed(log, exception);
            return Refuse(ErrorCodes.Internal, "An unexpected fault; it was logged.");
        }
    }

    private async Task<NegotiateResult> NegotiateAsync(
        AccessIdentity identity, NegotiateRequest request, ClientLimits limits, CancellationToken cancellationToken)
    {
        SessionId wanted = default;
        if (request.Session is not null && !SessionId.TryParse(request.Session, out wanted))
        {
            return Refuse(ErrorCodes.InvalidSession, "A session id is 32 lower-case hexadecimal digits.", request.Session);
        }

        var open = await instances.ListOpenAsync(cancellationToken);
        var instance = InstanceChoice.Pick(instances.Instances, open, [.. request.Avoid ?? []], entropy.NextFraction());
        if (instance is null)
        {
            SessionLog.NoInstanceOpen(log);
            return Refuse(ErrorCodes.Busy, "No instance takes connections now; try again.", null, RetryAfterMs);
        }

        if (!Fits(identity, instance))
        {
            return new NegotiateResult(null, ErrorDetail.Of(
                ErrorCodes.CapabilitiesTooLarge, "The token's capabilities do not fit into a connection's state.",
                null, ConnectionStateCodec.MaxValueLength));
        }

        var (session, refusal) = await TakeUpAsync(identity, request.Session is null ? null : wanted, cancellationToken);
        if (session is null)
        {
            return new NegotiateResult(null, refusal);
        }

        var url = await urls.CreateAsync(
            instance.Name, UserName.ToServiceId(identity.User), options.Value.ConnectWithin, cancellationToken);
        return new NegotiateResult(
            new NegotiateAnswer(
                $"{url.AbsoluteUri}{(url.Query.Length == 0 ? '?' : '&')}session={session.Id}", ConnectHandler.Subprotocol, session.Id.Value,
                instance.Name.Value, limits),
            null);
    }

    /// <summary>The wanted session, or a new one where that is gone; refused where it is another user's.</summary>
    private async Task<(Session? Session, ErrorDetail? Refusal)> TakeUpAsync(
        AccessIdentity identity, SessionId? wanted, CancellationToken cancellationToken)
    {
        ErrorDetail? refusal = null;
        if (wanted is { } id)
        {
            var kept = await rows.MergeAsync(id, stored =>
            {
                refusal = stored is not null && stored.User != identity.User
                    ? ErrorDetail.Of(ErrorCodes.SessionForeign, "The session belongs to another user.", id)
                    : null;
                return stored is null || refusal is not null
                    ? stored
                    : stored with { Capabilities = identity.Capabilities, TokenExpires = identity.Expires };
            }, cancellationToken);
            if (kept is not null || refusal is not null)
            {
                return (refusal is null ? kept : null, refusal);
            }
        }

        var fresh = new Session
        {
            Id = SessionId.Of(entropy.NextBits()),
            User = identity.User,
            Capabilities = identity.Capabilities,
            TokenExpires = identity.Expires,
            LeaseEnds = default,
        };
        return (await rows.MergeAsync(fresh.Id, stored => stored ?? fresh, cancellationToken), null);
    }

    private static bool Fits(AccessIdentity identity, GatewayInstance instance) => ConnectionStateCodec.EncodeValue(new ConnectionState(
        instance.Name, SessionId.Of(UInt128.MaxValue), identity.User, long.MaxValue, ConnectionState.VersionOf([]), identity.Expires,
        identity.Capabilities)) is not null;

    private static NegotiateResult Refuse(ErrorCode code, string message, object? value = null, int? retryAfterMs = null) =>
        new(null, ErrorDetail.Of(code, message, value, retryAfterMs: retryAfterMs));
}

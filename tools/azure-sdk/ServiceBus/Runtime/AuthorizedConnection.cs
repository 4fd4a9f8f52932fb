using Amqp;
using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>A connection, its link to <c>$cbs</c>, and the audiences that were authorized on it.</summary>
internal sealed class AuthorizedConnection(AmqpConnection connection, BrokerCredential credential, TimeProvider time)
    : IAsyncDisposable
{
    /// <summary>Tokens are renewed this long before they end, and never more often than once a minute.</summary>
    private static readonly TimeSpan RenewAhead = TimeSpan.FromMinutes(7);
    private static readonly TimeSpan RenewPause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly HashSet<string> _authorized = [];
    private readonly List<Task> _renewals = [];
    private RequestLink? _cbs;

    public AmqpConnection Connection => connection;

    public async Task AuthorizeAsync(string audience, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_authorized.Contains(audience))
            {
                var expiresAt = await PutTokenAsync(audience, cancellationToken).ConfigureAwait(false);
                _authorized.Add(audience);
                _renewals.Add(RenewAsync(audience, expiresAt));
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync().ConfigureAwait(false);

        // Whoever still authorizes fails now, and adds no renewal after that.
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        _oneAtATime.Release();
        await Task.WhenAll(_renewals).ConfigureAwait(false);
        if (_cbs is not null)
        {
            await _cbs.CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task<DateTimeOffset> PutTokenAsync(string audience, CancellationToken cancellationToken)
    {
        if (_cbs is not { IsOpen: true })
        {
            _cbs = await RequestLink.OpenAsync(connection, "$cbs", new Fields(), cancellationToken).ConfigureAwait(false);
        }

        var token = await credential.TokenAsync(audience, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var answer = await _cbs.RequestAsync(PutToken(audience, token), cancellationToken).ConfigureAwait(false);
        Answer.ThrowUnlessOk(answer);
        return token.ExpiresAt;
    }

    private static Message PutToken(string audience, BrokerToken token) => new()
    {
        ApplicationProperties = new ApplicationProperties
        {
            ["operation"] = "put-token",
            ["type"] = token.Type,
            ["name"] = audience,
            ["expiration"] = token.ExpiresAt.UtcDateTime,
        },
        BodySection = new AmqpValue { Value = token.Value },
    };

    /// <summary>Ends with the connection; a renewal that fails is tried again until the token has ended.</summary>
    private async Task RenewAsync(string audience, DateTimeOffset expiresAt)
    {
        try
        {
            while (expiresAt != DateTimeOffset.MaxValue)
            {
                var ahead = expiresAt - RenewAhead - time.GetUtcNow();
                await Task.Delay(ahead > RenewPause ? ahead : RenewPause, time, connection.Ended).ConfigureAwait(false);
                expiresAt = await RenewOnceAsync(audience, expiresAt).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or AmqpFault or ObjectDisposedException)
        {
            // The connection has ended, or the broker refuses: links that are opened later say so to their callers.
            return;
        }
    }

    private async Task<DateTimeOffset> RenewOnceAsync(string audience, DateTimeOffset expiresAt)
    {
        await _oneAtATime.WaitAsync(connection.Ended).ConfigureAwait(false);
        try
        {
            return await PutTokenAsync(audience, connection.Ended).ConfigureAwait(false);
        }
        catch (AmqpFault) when (time.GetUtcNow() < expiresAt)
        {
            return expiresAt;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}

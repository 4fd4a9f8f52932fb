using Amqp.Framing;
using Amqp.Types;
using ServerlessGateway.AzureSdk.ServiceBus.Wire;

namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>
/// The one connection that all of a client share. It is opened at first use, and again at the first use after it was
/// lost; each link is authorized before it is attached and as long as the connection lives.
/// </summary>
internal sealed class ConnectionScope(BrokerSettings settings, string identifier, TimeProvider time)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private Task<AuthorizedConnection>? _current;

    public string Host => settings.Address.Host;

    public TimeProvider Time => time;

    public bool IsClosed { get; private set; }

    public async Task<SendingLink> OpenSenderAsync(string path, CancellationToken cancellationToken)
    {
        var connection = await AuthorizeAsync(path, cancellationToken).ConfigureAwait(false);
        var session = await AmqpSession.BeginAsync(connection, cancellationToken).ConfigureAwait(false);
        var link = new SendingLink(connection, session, LinkName(path));
        await link.AttachAsync(
            new Attach
            {
                Source = new Source { Address = identifier },
                Target = new Target { Address = path },
                SndSettleMode = SenderSettleMode.Unsettled,
            },
            cancellationToken).ConfigureAwait(false);
        return link;
    }

    public async Task<(ReceivingLink Link, Attach Answer)> OpenReceiverAsync(
        string path, Source source, bool settled, TimeSpan serverWait, CancellationToken cancellationToken)
    {
        var connection = await AuthorizeAsync(path, cancellationToken).ConfigureAwait(false);
        var session = await AmqpSession.BeginAsync(connection, cancellationToken).ConfigureAwait(false);
        var link = new ReceivingLink(connection, session, LinkName(path));
        source.Address = path;
        var answer = await link.AttachAsync(
            new Attach
            {
                Source = source,
                Target = new Target { Address = identifier },
                SndSettleMode = settled ? SenderSettleMode.Settled : SenderSettleMode.Unsettled,
                RcvSettleMode = ReceiverSettleMode.First,
                Properties = new Fields
                {
                    [new Symbol("com.microsoft:timeout")] = (uint)Math.Min(serverWait.TotalMilliseconds, uint.MaxValue),
                },
            },
            cancellationToken).ConfigureAwait(false);
        return (link, answer);
    }

    public async Task<RequestLink> OpenManagementAsync(string path, CancellationToken cancellationToken)
    {
        var connection = await AuthorizeAsync(path, cancellationToken).ConfigureAwait(false);
        var properties = new Fields { [new Symbol("com.microsoft:entity-type")] = "entity-mgmt" };
        return await RequestLink.OpenAsync(connection, $"{path}/$management", properties, cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task CloseAsync()
    {
        Task<AuthorizedConnection>? current;
        lock (_gate)
        {
            IsClosed = true;
            current = _current;
        }

        if (current is not null)
        {
            await DisposeQuietlyAsync(current).ConfigureAwait(false);
        }
    }

    private async Task<AmqpConnection> AuthorizeAsync(string path, CancellationToken cancellationToken)
    {
        var current = await ConnectAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        await current.AuthorizeAsync($"sb://{Host}/{path}", cancellationToken).ConfigureAwait(false);
        return current.Connection;
    }

    /// <summary>Many may ask at once; one connects, and a failure is forgotten so that the next attempt is a new one.</summary>
    private Task<AuthorizedConnection> ConnectAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(Azure.Messaging.ServiceBus.ServiceBusClient));
            if (_current is { IsCompleted: false } or { IsCompletedSuccessfully: true, Result.Connection.IsOpen: true })
            {
                return _current;
            }

            return _current = ReconnectAsync(_current);
        }
    }

    private async Task<AuthorizedConnection> ReconnectAsync(Task<AuthorizedConnection>? lost)
    {
        if (lost is not null)
        {
            await DisposeQuietlyAsync(lost).ConfigureAwait(false);
        }

        using var limit = new CancellationTokenSource(ConnectLimit, time);
        var connection = await AmqpConnection.OpenAsync(settings.Address, identifier, time, limit.Token).ConfigureAwait(false);
        return new AuthorizedConnection(connection, settings.Credential, time);
    }

    private static async Task DisposeQuietlyAsync(Task<AuthorizedConnection> opening)
    {
        try
        {
            await (await opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or AmqpFault or OperationCanceledException)
        {
            // It never opened, and whoever waited for it was told; there is nothing to dispose.
            return;
        }
    }

    private static string LinkName(string path) => $"{path}-{Guid.NewGuid():N}";
}

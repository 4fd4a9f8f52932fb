using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>Passes bytes both ways between a client and a server on loopback, until told to cut.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Socket, byte> _sockets = [];
    private readonly Task _accepting;
    private volatile bool _refuses;

    private CutProxy(IPEndPoint target)
    {
        _target = target;
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    public int AcceptedCount { get; private set; }

    public static CutProxy Start(IPEndPoint target) => new(target);

    /// <summary>Cuts what is connected, without a word, and refuses what comes until healed.</summary>
    public void Cut(bool refuseNew = false)
    {
        _refuses = refuseNew;
        foreach (var socket in _sockets.Keys)
        {
            socket.Close(0);
        }
    }

    public void Heal() => _refuses = false;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_ending.Token);
                if (_refuses)
                {
                    client.Close(0);
                    continue;
                }

                AcceptedCount++;
                passing.Add(PassBothWaysAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassBothWaysAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _sockets[client] = 0;
        _sockets[server] = 0;
        try
        {
            await server.ConnectAsync(_target, _ending.Token);
            await Task.WhenAny(PassAsync(client, server), PassAsync(server, client));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut, or the server is gone: both ends learn it from their sockets.
        }
        finally
        {
            client.Close(0);
            server.Close(0);
            _sockets.TryRemove(client, out _);
            _sockets.TryRemove(server, out _);
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, SocketFlags.None, _ending.Token)) > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, read), SocketFlags.None, _ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut: the end of the other direction follows from the closed sockets.
        }
    }
}

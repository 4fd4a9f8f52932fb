using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Has the kernel acknowledge what was read at once. Node's sockets gather small writes until the last one is acknowledged
/// (Nagle), and a kernel that expects to answer soon holds acknowledgements back for 40 ms: attaching a link in two writes
/// then takes those 40 ms. The option holds for a moment only, so it is set after each read; elsewhere than on Linux there
/// is none, and nothing happens.
/// </summary>
internal sealed class QuickAcknowledgement(ConnectionContext transport)
{
    private const int TcpLevel = 6;
    private const int TcpQuickAck = 12;

    private readonly Socket? _socket = OperatingSystem.IsLinux()
        ? transport.Features.Get<IConnectionSocketFeature>()?.Socket
        : null;

    public void AfterRead()
    {
        if (_socket is null)
        {
            return;
        }

        Span<byte> one = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(one, 1);
        try
        {
            _socket.SetRawSocketOption(TcpLevel, TcpQuickAck, one);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The socket has closed under us: the next read of the pipe says so, and ends the loop.
        }
    }
}

using System.Buffers;
using System.Net.WebSockets;

namespace ServerlessGateway.WebPubSubEmulator.Clients;

/// <summary>What came in from a client. The bytes are lent until the next read.</summary>
internal readonly record struct ReceivedMessage(ReceivedKind Kind, ReadOnlyMemory<byte> Bytes);

internal enum ReceivedKind
{
    Text,
    Binary,
    Close,
    TooBig,
}

/// <summary>
/// Reads whole messages of a bounded size. Between messages it holds no buffer: it waits with an empty read, so an idle
/// connection costs none.
/// </summary>
internal sealed class MessageReader(WebSocket socket, int maxBytes) : IDisposable
{
    private const int FirstBufferBytes = 4 * 1024;

    private byte[]? _buffer;

    public async ValueTask<ReceivedMessage> ReadAsync(CancellationToken cancellationToken)
    {
        ReturnBuffer();
        var result = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        if (result.MessageType == WebSocketMessageType.Close) return new ReceivedMessage(ReceivedKind.Close, default);
        var buffer = Rent(FirstBufferBytes);
        var length = 0;
        while (!result.EndOfMessage)
        {
            if (length == buffer.Length) buffer = Grow(length);
            result = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return new ReceivedMessage(ReceivedKind.Close, default);
            }

            length += result.Count;
            // Not at its end only: a message in fragments may never come to one.
            if (length > maxBytes) return new ReceivedMessage(ReceivedKind.TooBig, default);
        }

        var kind = result.MessageType == WebSocketMessageType.Text ? ReceivedKind.Text : ReceivedKind.Binary;
        return new ReceivedMessage(kind, buffer.AsMemory(0, length));
    }

    public void Dispose() => ReturnBuffer();

    private byte[] Rent(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    private byte[] Grow(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        _buffer!.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer!);
        return _buffer = larger;
    }

    private void ReturnBuffer()
    {
        if (_buffer is null) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }
}

using System.Buffers;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// The frames of a message that has not come whole. Its array is lent from a pool: messages of several frames are
/// larger than what the collector moves cheaply, and most of them are batches, whose messages are copied out anyway.
/// </summary>
internal sealed class PartialMessage : IDisposable
{
    private byte[] _bytes;
    private int _length;

    public PartialMessage(int capacity) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length => _length;

    /// <summary>What has come so far; nobody's any more once this is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _bytes.Length - _length)
        {
            Grow(_length + bytes.Length);
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Dispose()
    {
        var bytes = _bytes;
        (_bytes, _length) = ([], 0);
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}

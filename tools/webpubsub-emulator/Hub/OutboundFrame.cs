namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// One WebSocket message on its way to a client. <see cref="Bytes"/> are shared by all its receivers and never change;
/// what differs from one receiver to the next, the sequence id, stands before them in <see cref="Head"/>.
/// </summary>
internal readonly record struct OutboundFrame(ReadOnlyMemory<byte> Bytes, bool IsText)
{
    /// <summary>The value of <see cref="ExpiresAt"/> for a frame that stays good.</summary>
    public const long Never = long.MaxValue;

    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>The timestamp of the hub's clock from which on the frame is not worth sending.</summary>
    public long ExpiresAt { get; init; } = Never;

    public int Length => Head.Length + Bytes.Length;

    /// <summary>Writes the whole message, which takes <see cref="Length"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        Head.Span.CopyTo(destination);
        Bytes.Span.CopyTo(destination[Head.Length..]);
    }

    public byte[] ToArray()
    {
        var whole = new byte[Length];
        CopyTo(whole);
        return whole;
    }
}

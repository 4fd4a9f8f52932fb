using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Turns the body of a frame into its performative; whatever cannot be one ends as a decode error.</summary>
internal static class PerformativeDecoder
{
    // The library registers its described types when the first of them is made; before that it decodes none.
    static PerformativeDecoder() => _ = new Open();

    /// <summary>
    /// Decodes the first value of <paramref name="body"/>; what follows it is <paramref name="payload"/>.
    /// </summary>
    public static Described Decode(byte[] body, out ReadOnlyMemory<byte> payload)
    {
        var length = WireShape.Check(body);
        payload = body.AsMemory(length);
        return Value(body, 0, length) as Described
            ?? throw new AmqpFaultException(ErrorCode.DecodeError, "The frame holds no performative.");
    }

    /// <summary>Decodes one value that has been checked to span <paramref name="length"/> bytes.</summary>
    public static object? Value(byte[] bytes, int offset, int length)
    {
        try
        {
            return Encoder.ReadObject(new ByteBuffer(bytes, offset, length, length));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The decoder throws casts, nulls and duplicate keys as they come: all of them are the peer's doing.
            throw new AmqpFaultException(ErrorCode.DecodeError, "The frame cannot be decoded: " + e.Message, e);
        }
    }
}

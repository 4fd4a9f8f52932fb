using System.Security.Cryptography;
using System.Text;

namespace ServerlessGateway.Protocol;

/// <summary>
/// The server's name for a publisher: 128 bits of SHA-256 over who it is. The user is part of it, so nobody can raise
/// the numbers of somebody else's publisher by using its id.
/// </summary>
public readonly record struct PublisherKey(UInt128 Value)
{
    /// <summary>The size, in bytes.</summary>
    public const int Length = 16;

    /// <summary>The key of a client's publisher.</summary>
    /// <param name="user">The user of its connection.</param>
    /// <param name="publisher">32 lower-case hexadecimal digits.</param>
    public static PublisherKey OfClient(string user, string publisher) => Hash("client", user, publisher);

    /// <summary>
    /// The key of a backend that answers the events of one channel and epoch. The number of an answer is the source's
    /// offset × 256 + its index, so it rises by itself and is the same when an event is handled twice.
    /// </summary>
    public static PublisherKey OfBackend(string backend, ChannelName source, string epoch) =>
        Hash("backend", backend, source.Value, epoch);

    /// <summary>
    /// The key of a backend that answers one event taken from the dead letters, long after its neighbours: a publisher
    /// of its own, with the index as number, since its numbers would lie below the highest already seen.
    /// </summary>
    public static PublisherKey OfResubmittedEvent(string backend, ChannelName source, string epoch, long offset) =>
        Hash(
            "resubmitted", backend, source.Value, epoch,
            offset.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The form in which messages name it: 32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private static PublisherKey Hash(params ReadOnlySpan<string> parts)
    {
        // No part can hold a NUL (users and names are checked at the edge), so the joined text is unambiguous.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)));
        return new PublisherKey(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash));
    }
}

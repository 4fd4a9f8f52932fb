using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessGateway.Protocol;

/// <summary>
/// Which Service Bus session carries a channel: the first 8 bytes, big-endian, of SHA-256 of the name in UTF-8, modulo
/// the number of shards. A hash that is the same in every language and process; vectors/shards.json holds examples.
/// </summary>
public static class Shards
{
    /// <summary>16: enough sessions to use every core of a few sequencers, few enough to keep envelopes full.</summary>
    public const int DefaultCount = 16;

    /// <summary>The shard of a channel, from 0 to <paramref name="count"/> − 1.</summary>
    public static int Of(ChannelName channel, int count = DefaultCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(channel.Value), hash);
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(hash) % (ulong)count);
    }

    /// <summary>The Service Bus session id of a shard: <c>generation.shard</c>.</summary>
    public static string SessionId(int generation, int shard) => FormattableString.Invariant($"{generation}.{shard}");
}

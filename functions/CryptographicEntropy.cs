using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ServerlessGateway;

/// <summary>Randomness of the operating system.</summary>
internal sealed class CryptographicEntropy : IEntropy
{
    /// <summary>What a double holds between 0 and 1.</summary>
    private const double TwoToThe53 = 1L << 53;

    /// <inheritdoc/>
    public UInt128 NextBits()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <inheritdoc/>
    public double NextFraction()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return (BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 11) / TwoToThe53;
    }
}

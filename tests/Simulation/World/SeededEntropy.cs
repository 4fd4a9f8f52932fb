namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>Randomness of the product, from the run's seed.</summary>
internal sealed class SeededEntropy(Random random) : IEntropy
{
    public UInt128 NextBits() => new((ulong)random.NextInt64(), (ulong)random.NextInt64());

    public double NextFraction() => random.NextDouble();
}

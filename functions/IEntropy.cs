namespace ServerlessGateway;

/// <summary>Randomness and ids, injected so that a run can be replayed from its seed.</summary>
internal interface IEntropy
{
    /// <summary>128 random bits; in production from a cryptographic source, since session ids are made of them.</summary>
    UInt128 NextBits();

    /// <summary>A number from 0 up to, but not including, 1; for jitter and choices.</summary>
    double NextFraction();
}

namespace ServerlessGateway.Emulators.Faults;

/// <summary>
/// SplitMix64: the same numbers from a seed on every version of every runtime, which the framework's own generator does
/// not promise.
/// </summary>
/// <param name="seed">Where the sequence begins.</param>
internal struct SeededDice(long seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = unchecked((ulong)seed);

    /// <summary>
    /// A seed of its own for each rule of a plan, so that none of them rolls what another one rolls. 53 bits: every JSON
    /// reader can show it and put it again.
    /// </summary>
    public static long Derive(long seed, int index) =>
        unchecked((long)(Mix((ulong)seed + (Step * (ulong)(index + 1))) >> 11));

    /// <summary>The next number, from 0 up to but not including 1.</summary>
    public double Roll()
    {
        _state = unchecked(_state + Step);

        // 53 bits are what a double holds.
        return (Mix(_state) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}

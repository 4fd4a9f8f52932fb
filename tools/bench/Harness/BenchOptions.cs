namespace ServerlessGateway.Bench.Harness;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">How often each load runs.</param>
/// <param name="Run">How long each run lasts.</param>
/// <param name="Data">The folder for what is written; emptied at the end.</param>
internal sealed record BenchOptions(int Rounds, TimeSpan Run, DirectoryInfo Data)
{
    /// <summary>Only loads whose names contain this run, and their floors; empty for all.</summary>
    public string Only { get; init; } = string.Empty;

    public const int DefaultRounds = 3;
    public const double DefaultSeconds = 1.5;

    /// <summary>
    /// Every bench promises to end within a minute. A run that has not come back by then hangs, and is given up.
    /// </summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(1);
}

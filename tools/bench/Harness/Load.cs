namespace ServerlessGateway.Bench.Harness;

/// <summary>Work that is done as fast as it goes for a while, and measured.</summary>
/// <param name="Name">Its name in reports and goals.</param>
/// <param name="Unit">What is counted: messages, sessions, frames.</param>
/// <param name="RunAsync">
/// Does the work and records each piece, until the token is cancelled; then it ends what it began and returns.
/// </param>
internal sealed record Load(string Name, string Unit, Func<LoadRecorder, CancellationToken, Task> RunAsync)
{
    /// <summary>
    /// The load that shows what the machine does without what is measured; figures are also given as ratios to it.
    /// </summary>
    public string? Floor { get; init; }

    /// <summary>Puts things back after a run, outside the measurement.</summary>
    public Func<CancellationToken, Task> CleanAsync { get; init; } = _ => Task.CompletedTask;
}

namespace ServerlessGateway.Deployment;

/// <summary>What was found, a line each; good only while nothing failed.</summary>
internal sealed class CheckReport(TextWriter console)
{
    private int _failed;

    /// <summary>True while nothing failed.</summary>
    public bool IsGood => _failed == 0;

    /// <summary>Something is as it should be.</summary>
    public Task PassAsync(string what) => console.WriteLineAsync($"  ok      {what}");

    /// <summary>Something is not, with what to do.</summary>
    public Task FailAsync(string what, string remedy)
    {
        _failed++;
        return console.WriteLineAsync($"  FAILED  {what}\n          {remedy}");
    }

    /// <summary>Something could not be looked at.</summary>
    public Task SkipAsync(string what, string remedy) => console.WriteLineAsync($"  -       {what}\n          {remedy}");

    /// <summary>Passes or fails.</summary>
    public Task ExpectAsync(bool holds, string what, string found, string remedy) =>
        holds ? PassAsync(what) : FailAsync($"{what}: {found}", remedy);
}

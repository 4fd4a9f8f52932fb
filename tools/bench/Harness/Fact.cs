namespace ServerlessGateway.Bench.Harness;

/// <summary>A figure that is no load's: memory of a process, size of a file.</summary>
internal sealed record Fact(string Name, double Value, string Unit);

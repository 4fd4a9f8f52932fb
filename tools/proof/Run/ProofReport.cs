using ServerlessGateway.Proof.Judge;

namespace ServerlessGateway.Proof.Run;

/// <summary>What a run showed.</summary>
/// <param name="Verdict">The judge's.</param>
/// <param name="Resumes">Every resume.</param>
/// <param name="Instances">Instances that held clients at the end.</param>
/// <param name="P50Ms">Publish to hand-on, median, in milliseconds.</param>
/// <param name="P99Ms">Publish to hand-on, 99th percentile, in milliseconds.</param>
/// <param name="InTime">False where something owed was still missing when the time was over.</param>
public sealed record ProofReport(
    Verdict Verdict, IReadOnlyList<ResumeReport> Resumes, int Instances, double P50Ms, double P99Ms, bool InTime);

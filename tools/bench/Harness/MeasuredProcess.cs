using System.Diagnostics;
using ServerlessGateway.LocalCloud;
using ServerlessGateway.LocalCloud.Processes;

namespace ServerlessGateway.Bench.Harness;

/// <summary>Starts the programs that are measured, as users start them, and reads what they cost.</summary>
internal static class MeasuredProcess
{
    private const double BytesPerMegabyte = 1024 * 1024;

    /// <summary>Starts a program of this checkout, of the same build as the bench.</summary>
    /// <param name="project">Its folder below the root.</param>
    /// <param name="assembly">Its assembly.</param>
    /// <param name="arguments">Its arguments; it has to print a ready line as JSON.</param>
    /// <param name="options">Where its log goes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<ManagedProcess> StartAsync(
        string project,
        string assembly,
        IReadOnlyList<string> arguments,
        BenchOptions options,
        CancellationToken cancellationToken)
    {
        var program = Repository.Find().Program(project, assembly);
        return ManagedProcess.StartAsync(
            new ProcessSpec(assembly, "dotnet", [program, .. arguments])
            {
                LogFile = Path.Combine(options.Data.FullName, $"{assembly}.log"),
                ParseReady = ReadyLine.ParseJson,
            },
            cancellationToken);
    }

    /// <summary>What the process has used of the processors until now.</summary>
    public static TimeSpan ProcessorTime(ManagedProcess measured)
    {
        using var process = Process.GetProcessById(measured.Id);
        return process.TotalProcessorTime;
    }

    /// <summary>What the process holds, and what it has used of the processors.</summary>
    public static IReadOnlyList<Fact> Facts(ManagedProcess measured)
    {
        using var process = Process.GetProcessById(measured.Id);
        return
        [
            new Fact($"{measured.Name}, memory", process.WorkingSet64 / BytesPerMegabyte, "MB"),
            new Fact($"{measured.Name}, processor time", process.TotalProcessorTime.TotalSeconds, "s"),
        ];
    }
}

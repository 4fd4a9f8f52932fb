using System.Text.Json;
using ServerlessGateway.LocalCloud;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>What a running <c>gateway up</c> tells the other commands: a file below <c>.local</c>, there only while it runs.</summary>
/// <param name="ProcessId">Of <c>gateway up</c>.</param>
/// <param name="Gateway">Where clients negotiate.</param>
/// <param name="Ports">The port of each part, kept over restarts.</param>
/// <param name="Processes">The process id of each part.</param>
internal sealed record LocalState(
    int ProcessId, string Gateway, IReadOnlyDictionary<string, int> Ports, IReadOnlyDictionary<string, int> Processes)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The state of a stack that runs now; null where none does.</summary>
    public static LocalState? Read(Repository repository)
    {
        var path = PathOf(repository);
        var state = File.Exists(path) ? JsonSerializer.Deserialize<LocalState>(File.ReadAllText(path), Format) : null;
        return state is not null && IsRunning(state.ProcessId) ? state : null;
    }

    /// <summary>The ports of the last run, so that a new one keeps them.</summary>
    public static IReadOnlyDictionary<string, int> LastPorts(Repository repository)
    {
        var path = PortsPathOf(repository);
        return File.Exists(path)
            ? JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(path), Format)!
            : new Dictionary<string, int>();
    }

    /// <summary>Says that the stack runs.</summary>
    public void Write(Repository repository)
    {
        Directory.CreateDirectory(repository.LocalFolder);
        File.WriteAllText(PathOf(repository), JsonSerializer.Serialize(this, Format));
        File.WriteAllText(PortsPathOf(repository), JsonSerializer.Serialize(Ports, Format));
    }

    /// <summary>Says that it does not run any more.</summary>
    public static void Remove(Repository repository) => File.Delete(PathOf(repository));

    /// <summary>True where a process of that id is alive.</summary>
    public static bool IsRunning(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            // There is none: that is the answer.
            return false;
        }
    }

    private static string PathOf(Repository repository) => Path.Combine(repository.LocalFolder, "up.json");

    private static string PortsPathOf(Repository repository) => Path.Combine(repository.LocalFolder, "ports.json");
}

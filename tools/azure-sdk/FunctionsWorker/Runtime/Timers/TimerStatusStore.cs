using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Timers;

/// <summary>
/// What the host keeps in its storage for a timer: which of the app's processes runs it, and when it ran. Here both are
/// files of a directory that the processes share. Without one, each process runs its timers and remembers nothing.
/// </summary>
internal sealed class TimerStatusStore(string? directory, string function) : IDisposable
{
    private FileStream? _ownership;

    /// <summary>Whether this process runs the timer from now on. The claim ends with the process, also with its kill.</summary>
    public bool TryOwn()
    {
        if (directory is null || _ownership is not null)
        {
            return true;
        }

        Directory.CreateDirectory(directory);
        try
        {
            _ownership = new FileStream(Place("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            // Another process owns the timer; which one does not matter here.
            return false;
        }
    }

    public ScheduleStatus? Read() => directory is not null && File.Exists(Place("json"))
        ? JsonSerializer.Deserialize<ScheduleStatus>(File.ReadAllText(Place("json")))
        : null;

    public void Write(ScheduleStatus status)
    {
        if (directory is not null)
        {
            File.WriteAllText(Place("json"), JsonSerializer.Serialize(status));
        }
    }

    public void Dispose() => _ownership?.Dispose();

    private string Place(string extension) => Path.Combine(directory!, $"timer-{function}.{extension}");
}

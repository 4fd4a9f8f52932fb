using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ServerlessGateway.LocalCloud.Processes;

/// <summary>
/// One process of the stack: started, awaited until ready, stopped or killed. Its standard input stays open as long as this process lives, and
/// closes with it: the programs of the stack end then, so nothing is left even after kill -9 of this process.
/// </summary>
public sealed partial class ManagedProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int RememberedLines = 40;

    private readonly ProcessSpec _spec;
    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly ConcurrentQueue<string> _lastLines = new();
    private readonly TaskCompletionSource<ReadyLine> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _pumps;
    private int _isDisposed;

    private ManagedProcess(ProcessSpec spec)
    {
        _spec = spec;
        Directory.CreateDirectory(Path.GetDirectoryName(spec.LogFile)!);
        _log = new StreamWriter(new FileStream(spec.LogFile, FileMode.Create, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var start = new ProcessStartInfo(spec.FileName, spec.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = spec.WorkingDirectory ?? Environment.CurrentDirectory,
        };
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _pumps = Task.WhenAll(PumpAsync(_process.StandardOutput, isOutput: true), PumpAsync(_process.StandardError, isOutput: false));
    }

    /// <summary>Its name.</summary>
    public string Name => _spec.Name;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>What it said when it was ready.</summary>
    public ReadyLine Ready { get; private set; } = new(new Dictionary<string, string>());

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Completes when it has ended.</summary>
    public Task Exited => _process.WaitForExitAsync();

    /// <summary>Starts a process and waits until it is ready.</summary>
    /// <exception cref="LocalCloudException">It ended, or was not ready in time; the message holds its last lines.</exception>
    public static async Task<ManagedProcess> StartAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        ManagedProcess process;
        try
        {
            process = new ManagedProcess(spec);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new LocalCloudException(
                $"{spec.Name} can not be started: '{spec.FileName}': {exception.Message}", "Run `gateway doctor`.", exception);
        }

        try
        {
            var exited = process.Exited;
            var first = await Task.WhenAny(process._ready.Task, exited).WaitAsync(spec.ReadyWithin, cancellationToken);
            if (first == exited && !process._ready.Task.IsCompleted)
            {
                await process._pumps;
                throw process.Told($"ended with exit code {process._process.ExitCode} before it was ready");
            }

            process.Ready = await process._ready.Task;
            return process;
        }
        catch (Exception exception)
        {
            await process.KillAsync();
            await process.DisposeAsync();
            throw exception is TimeoutException
                ? process.Told($"was not ready within {spec.ReadyWithin.TotalSeconds:0} s")
                : exception;
        }
    }

    /// <summary>What to tell of a process that ended though nobody stopped it.</summary>
    public LocalCloudException Ended() => Told($"has ended unexpectedly (exit code {_process.ExitCode})");

    /// <summary>kill -9: what a crash looks like.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: false);
        }

        await Exited;
    }

    /// <summary>SIGTERM, and kill -9 where that is not followed in time. True where it ended by itself.</summary>
    public async Task<bool> StopAsync(TimeSpan within)
    {
        if (_process.HasExited)
        {
            return true;
        }

        if (OperatingSystem.IsWindows() || SendSignal(_process.Id, SigTerm) != 0)
        {
            // Without signals, the closed input says it.
            _process.StandardInput.Close();
        }

        try
        {
            await Exited.WaitAsync(within);
            return true;
        }
        catch (TimeoutException)
        {
            await KillAsync();
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Twice is once: a process that was killed on purpose is disposed there and then, and with the stack again.
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await StopAsync(TimeSpan.FromSeconds(10));
        await _pumps;
        _process.Dispose();
        await _log.DisposeAsync();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);

    private async Task PumpAsync(StreamReader reader, bool isOutput)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.WriteLine(line);
            }

            _lastLines.Enqueue(line);
            while (_lastLines.Count > RememberedLines && _lastLines.TryDequeue(out _))
            {
                // Only the last lines are of use when something fails.
            }

            if (isOutput)
            {
                _spec.OnOutput?.Invoke(line);
                if (!_ready.Task.IsCompleted && _spec.ParseReady(line) is { } ready)
                {
                    _ready.TrySetResult(ready);
                }
            }
        }
    }

    private LocalCloudException Told(string what) => new(
        $"{Name} {what}.{Environment.NewLine}{string.Join(Environment.NewLine, _lastLines.TakeLast(12))}",
        $"The whole log is in {_spec.LogFile}.");
}

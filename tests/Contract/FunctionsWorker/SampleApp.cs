using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>The sample function app as a process, started as the local stack starts an app.</summary>
internal sealed class SampleApp : IAsyncDisposable
{
    public const string WebPubSubKey = "a-key-for-tests";
    public const string HostKey = "host-key";
    public const string MasterKey = "master-key";
    private const int SigTerm = 15;

    /// <summary>A hang guard only: no test waits for a time to pass.</summary>
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(20);

    private static readonly string[] QueueFunctions = ["OfSession", "OfSubscription", "OfQueue", "AutoCompleted"];
    private static readonly string[] TimerFunctions = ["Tick", "Yearly"];

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly SemaphoreSlim _errorWritten = new(0);
    private readonly List<LogEntry> _log = [];

    private SampleApp(Process process) => _process = process;

    public HttpClient Http { get; } = new() { Timeout = Guard };

    /// <summary>What the process wrote to its standard output before it was ready, the ready line included.</summary>
    public IReadOnlyList<string> OutputUntilReady { get; private set; } = [];

    /// <summary>Its log so far, from the error output.</summary>
    public string Errors => string.Join('\n', _errors);

    public int ExitCode => _process.ExitCode;

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    private int LogPosition { get; set; }

    /// <summary>Starts the app without timers and queues, unless the settings say otherwise.</summary>
    public static async Task<SampleApp> StartAsync(params (string Name, string? Value)[] settings)
    {
        var app = new SampleApp(Process.Start(StartInfo(settings))!);
        app._process.ErrorDataReceived += (_, line) => app.Remember(line.Data);
        app._process.BeginErrorReadLine();
        await app.WaitUntilReadyAsync();
        return app;
    }

    /// <summary>Starts the app and waits for its end: for settings with which it must not start.</summary>
    public static async Task<(int ExitCode, string Errors)> RunToEndAsync(params (string Name, string? Value)[] settings)
    {
        using var process = Process.Start(StartInfo(settings))!;
        using var guard = new CancellationTokenSource(Guard);
        var errors = await process.StandardError.ReadToEndAsync(guard.Token);
        await process.WaitForExitAsync(guard.Token);
        return (process.ExitCode, errors);
    }

    public static (string, string?) Enabled(string function) => ($"AzureWebJobs_{function}_Disabled", null);

    /// <summary>Waits for the next entry of this name, and forgets those before it.</summary>
    public async Task<string> NextAsync(string name)
    {
        while (true)
        {
            var index = _log.FindIndex(entry => entry.Name == name);
            if (index >= 0)
            {
                var text = _log[index].Text;
                _log.RemoveRange(0, index + 1);
                return text;
            }

            _log.AddRange(await ReadLogAsync());
        }
    }

    /// <summary>Forgets what was logged so far, where tests share an app.</summary>
    public async Task ForgetAsync()
    {
        _log.Clear();
        LogPosition = await Http.GetFromJsonAsync<int>("prefix/log/position");
    }

    /// <summary>Waits until the app wrote a line with this text to its error output.</summary>
    public async Task WaitForErrorAsync(string text)
    {
        using var guard = new CancellationTokenSource(Guard);
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            await _errorWritten.WaitAsync(guard.Token);
        }
    }

    public Task OpenGateAsync(string name) => Http.PostAsync($"prefix/gates/{name}", null);

    public void Terminate()
    {
        using var kill = Process.Start("kill", $"-{SigTerm} {_process.Id}");
        kill.WaitForExit();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public Task WaitForExitAsync() => _process.WaitForExitAsync().WaitAsync(Guard);

    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        _errorWritten.Dispose();
        Http.Dispose();
    }

    private void Remember(string? line)
    {
        if (line is not null)
        {
            _errors.Enqueue(line);
            _errorWritten.Release();
        }
    }

    private async Task<IReadOnlyList<LogEntry>> ReadLogAsync()
    {
        var entries = await Http.GetFromJsonAsync<LogEntry[]>($"prefix/log/{LogPosition}") ?? [];
        LogPosition += entries.Length;
        return entries;
    }

    private async Task WaitUntilReadyAsync()
    {
        using var guard = new CancellationTokenSource(Guard);
        var lines = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(guard.Token) is { } line)
        {
            lines.Add(line);
            if (line.StartsWith('{'))
            {
                using var ready = JsonDocument.Parse(line);
                Http.BaseAddress = new Uri(ready.RootElement.GetProperty("http").GetString()! + "/");
                OutputUntilReady = lines;
                return;
            }
        }

        throw new InvalidOperationException($"The app ended before it was ready:\n{Errors}");
    }

    private static ProcessStartInfo StartInfo((string Name, string? Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Location()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var function in QueueFunctions.Concat(TimerFunctions))
        {
            start.Environment[$"AzureWebJobs_{function}_Disabled"] = "true";
        }

        start.Environment["FUNCTIONS_HTTP_PORT"] = "0";
        start.Environment["FUNCTIONS_EXIT_WITH_PARENT"] = "1";
        start.Environment["FUNCTIONS_STANDIN_HOST_KEY"] = HostKey;
        start.Environment["FUNCTIONS_STANDIN_MASTER_KEY"] = MasterKey;
        start.Environment["Hub"] = "chat";
        start.Environment["WebPubSub"] = $"Endpoint=http://127.0.0.1:8080;AccessKey={WebPubSubKey};Version=1.0;";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>The app is built below this project, for the same build and configuration as the tests.</summary>
    public static string Location()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var project = output.Parent!.Parent!.Parent!.Parent!.FullName;
        var below = Path.GetRelativePath(project, output.FullName);
        return Path.Combine(project, "FunctionsWorker", "SampleApp", below, "ServerlessGateway.Contract.SampleApp.dll");
    }

    private sealed record LogEntry(int Index, string Name, string Text);
}

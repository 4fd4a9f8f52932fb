using System.Diagnostics;
using System.Text.Json;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>The emulator as the process that users start.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private static readonly string Program =
        Path.Combine(AppContext.BaseDirectory, "ServerlessGateway.ServiceBusEmulator.dll");

    private readonly Process _process;
    private readonly Task<string> _errors;

    private EmulatorProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public JsonElement Ready { get; private set; }

    public int Port => int.Parse(
        Ready.GetProperty("amqp").GetString()!.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Starts a process and waits for its ready line.</summary>
    public static async Task<EmulatorProcess> StartAsync(params string[] arguments)
    {
        var emulator = new EmulatorProcess(Launch(arguments));
        using var guard = new CancellationTokenSource(EmulatorFixture.Patience);
        var line = await emulator._process.StandardOutput.ReadLineAsync(guard.Token)
            ?? throw new InvalidOperationException($"The emulator ended: {await emulator._errors}");
        emulator.Ready = JsonSerializer.Deserialize<JsonElement>(line);
        return emulator;
    }

    /// <summary>Runs a process that is expected to end by itself.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunToEndAsync(params string[] arguments)
    {
        await using var emulator = new EmulatorProcess(Launch(arguments));
        var output = emulator._process.StandardOutput.ReadToEndAsync();
        await emulator.WaitForExitAsync();
        return (emulator._process.ExitCode, await output, await emulator._errors);
    }

    /// <summary>What it takes of the machine's memory now.</summary>
    public long WorkingSetBytes()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    /// <summary>All that it wrote to standard error, once it has ended.</summary>
    public Task<string> ErrorsAsync() => _errors;

    /// <summary>kill -9: nothing of the process runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        await WaitForExitAsync();
        return _process.ExitCode;
    }

    public async Task<int> CloseInputAsync()
    {
        _process.StandardInput.Close();
        await WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static Process Launch(string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", ["exec", Program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("dotnet cannot be started.");

    private async Task WaitForExitAsync()
    {
        using var guard = new CancellationTokenSource(EmulatorFixture.Patience);
        await _process.WaitForExitAsync(guard.Token);
    }
}

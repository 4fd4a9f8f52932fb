using System.ComponentModel;
using System.Diagnostics;

namespace ServerlessGateway.Tests.Support;

/// <summary>What a program wrote, and how it ended.</summary>
public sealed record ChildProcessResult(int ExitCode, string Output, string Error);

/// <summary>Runs programs to their end.</summary>
public static class ChildProcess
{
    /// <summary>
    /// Runs a program; past the timeout it is killed with all its children, and an exception says so.
    /// </summary>
    public static async Task<ChildProcessResult> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        string workingDirectory,
        IReadOnlyDictionary<string, string>? environment,
        TimeSpan timeout)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var guard = new CancellationTokenSource(timeout);
        try
        {
            await process.WaitForExitAsync(guard.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end within {timeout}:\n{await output}\n{await error}");
        }

        return new ChildProcessResult(process.ExitCode, await output, await error);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException(
                $"'{start.FileName}' cannot be run; is it installed and on the path?", e);
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;

namespace ServerlessGateway.Deployment;

/// <summary>Runs the programs themselves.</summary>
internal sealed class CommandLineTools : ICommandLineTools
{
    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        // On Windows `az` is a script, which only its shell finds.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd", ["/c", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Start(start, program);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }

    private static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start) ?? throw new DeploymentException($"`{program}` did not start.");
        }
        catch (Win32Exception)
        {
            throw new DeploymentException(program == "az"
                ? "`az` can not be run. Install the Azure CLI (https://aka.ms/azure-cli) and sign in with `az login`."
                : $"`{program}` can not be run; is it installed and on the path?");
        }
    }
}

using ServerlessGateway.Client;
using ServerlessGateway.LocalCloud;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>Turns what went wrong into a sentence with a remedy and an exit status; a stack trace helps nobody in front of a terminal.</summary>
internal static class CommandRunner
{
    /// <summary>Messages go to standard error, so that results can be piped.</summary>
    public static IAnsiConsole Messages { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Runs a command.</summary>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> command, CancellationToken cancellationToken)
    {
        try
        {
            return await command(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Messages.MarkupLine("[yellow]interrupted[/]");
            return ExitCodes.Interrupted;
        }
        catch (LocalCloudException exception)
        {
            Messages.MarkupLineInterpolated($"[red]{exception.Message}[/]");
            Messages.MarkupLineInterpolated($"{exception.Remedy}");
            return ExitCodes.CouldNotRun;
        }
        catch (GatewayException exception)
        {
            Messages.MarkupLineInterpolated($"[red]{exception.Code} {exception.Message}[/]");
            return ExitCodes.CouldNotRun;
        }
    }
}

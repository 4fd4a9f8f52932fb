using ServerlessGateway.Client;
using ServerlessGateway.LocalCloud;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>Turns what went wrong into a sentence with a remedy and an exit status; a stack trace helps nobody in front of a terminal.</summary>
internal static class CommandRunner
{
    /// <summary>Messages go to standard error, so that results can be piped.</summary>
    public static IAnsiConsole Messages { get; } = CreateMessages();

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
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            Messages.MarkupLineInterpolated($"[red]{exception.Message}[/]");
            Messages.MarkupLine("Run `gateway doctor`; the logs of a stack that was started by `up` are in .local/data/logs.");
            return ExitCodes.CouldNotRun;
        }
        catch (GatewayException exception)
        {
            Messages.MarkupLineInterpolated($"[red]{exception.Message}[/]");
            return ExitCodes.CouldNotRun;
        }
    }

    private static IAnsiConsole CreateMessages()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
        {
            console.Profile.Width = 200;
        }

        return console;
    }
}

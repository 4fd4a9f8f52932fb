using System.CommandLine;
using ServerlessGateway.CommandLine.Commands;
using Spectre.Console;

var root = new RootCommand("Runs, uses and proves a Serverless Gateway on this machine.")
{
    DemoCommand.Create(),
    UpCommand.Create(),
    PublishCommand.Create(),
    TailCommand.Create(),
    TokenCommand.Create(),
    TablesCommand.Create(),
    DoctorCommand.Create(),
};
if (Console.IsOutputRedirected)
{
    // A pipe has no width: wrapped at 80 columns, lines could not be searched.
    AnsiConsole.Profile.Width = 200;
}

var parsed = root.Parse(args);

// Stopping the local cloud gives each of its three layers 10 s before kill -9; the library's 2 s would leave processes and folders behind.
var status = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
return parsed.Errors.Count > 0 ? ExitCodes.CouldNotRun : status;

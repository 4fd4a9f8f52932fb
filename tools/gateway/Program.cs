using System.CommandLine;
using ServerlessGateway.CommandLine.Commands;

var root = new RootCommand("Runs, uses and proves a Serverless Gateway on this machine.")
{
    DemoCommand.Create(),
    UpCommand.Create(),
    PublishCommand.Create(),
    TailCommand.Create(),
    TokenCommand.Create(),
    DoctorCommand.Create(),
};
return await root.Parse(args).InvokeAsync();

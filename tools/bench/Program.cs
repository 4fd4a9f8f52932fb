using System.CommandLine;
using ServerlessGateway.Bench.Harness;
using ServerlessGateway.Bench.ServiceBus;
using ServerlessGateway.Bench.WebPubSub;
using Spectre.Console;

var root = new RootCommand("Measures the emulators, each beside what the machine does without it.")
{
    BenchCommand.For(
        "servicebus",
        "Sends and session accepts with the journal on, beside appends with grouped fsync to the same disk.",
        ServiceBusScenario.StartAsync),
    BenchCommand.For(
        "webpubsub",
        "Broadcasts to 1,000 clients at 20 a second, beside a bare loop over as many sockets.",
        WebPubSubScenario.StartAsync),
    SocketLoopFloor.ToCommand(),
};
if (Console.IsOutputRedirected)
{
    // A pipe has no width: wrapped at 80 columns, lines could not be searched.
    AnsiConsole.Profile.Width = 200;
}

return await root.Parse(args).InvokeAsync();

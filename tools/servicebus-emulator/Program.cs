using System.CommandLine;
using ServerlessGateway.ServiceBusEmulator;

// The program ends itself on SIGTERM: the library's own handling would cut the last flush of the journal short.
return await EmulatorCommand.Create().Parse(args).InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = null });

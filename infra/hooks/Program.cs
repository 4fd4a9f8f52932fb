using ServerlessGateway.Deployment;

// The hooks of azure.yaml: azd gives its environment as variables and shows what is printed here.
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
var environment = new DeploymentEnvironment(Environment.GetEnvironmentVariable);
var tools = new CommandLineTools();
try
{
    switch (args)
    {
        case ["prepare"]:
            new SettingsCheck(environment).Run();
            await new CallbackRegistration(environment, tools, Console.Out).PrepareAsync(interrupted.Token);
            await new NetworkProvider(environment, tools, Console.Out).RegisterAsync(interrupted.Token);
            return 0;
        case ["approve"]:
            await new PrivateLinks(environment, tools, Console.Out).ApproveAsync(interrupted.Token);
            return 0;
        case ["check"]:
            using (var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) })
            {
                return await new DeploymentCheck(environment, tools, http, Task.Delay, Console.Out).RunAsync(interrupted.Token) ? 0 : 1;
            }

        case ["remove"]:
            await new CallbackRegistration(environment, tools, Console.Out).RemoveAsync(interrupted.Token);
            return 0;
        default:
            Console.Error.WriteLine("Usage: dotnet run --project infra/hooks -- prepare | approve | check | remove");
            return 2;
    }
}
catch (DeploymentException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    return 130;
}

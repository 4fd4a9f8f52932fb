using System.CommandLine;
using System.Text.Json;
using ServerlessGateway.LocalCloud;
using ServerlessGateway.Protocol;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary><c>gateway up</c>: the local stack, until Ctrl-C; its data stays below <c>.local</c>.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The gateway's port; 0 takes any that is free. Without it: that of the last run, or any." };
        var functions = new Option<int>("--functions") { Description = "Functions processes (1 to 8).", DefaultValueFactory = _ => 2 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object when everything is up." };
        port.Validators.Add(result => Range(result, "--port", result.GetValueOrDefault<int>(), 0, 65535));
        functions.Validators.Add(result => Range(result, "--functions", result.GetValueOrDefault<int>(), 1, 8));
        var command = new Command("up", "Starts the local stack and keeps it until Ctrl-C; data under .local/ survives.") { port, functions, json };
        command.SetAction((result, cancellationToken) => CommandRunner.RunAsync(
            token => RunAsync(result.GetValue(port), result.GetValue(functions), result.GetValue(json), token), cancellationToken));
        return command;
    }

    private static void Range(System.CommandLine.Parsing.OptionResult result, string name, int value, int lowest, int highest)
    {
        if (value < lowest || value > highest)
        {
            result.AddError($"{name} is {value}; it must be from {lowest} to {highest}.");
        }
    }

    private static async Task<int> RunAsync(int port, int functions, bool json, CancellationToken cancellationToken)
    {
        var repository = Repository.Find();
        if (LocalState.Read(repository) is { } running)
        {
            throw new LocalCloudException(
                $"The stack runs already (process {running.ProcessId}, {running.Gateway}).", "Use it, or end it with Ctrl-C.");
        }

        var options = OptionsOf(repository, port, functions);
        var progress = new ConsoleProgress(CommandRunner.Messages);
        await using var stack = await Stack.StartAsync(options, repository, progress, cancellationToken);
        var state = StateOf(stack);
        state.Write(repository);
        try
        {
            await TellAsync(stack, state, json, cancellationToken);
            await stack.GuardAsync(Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            progress.Report("stopping; data stays in .local/");
        }
        finally
        {
            LocalState.Remove(repository);
        }

        return ExitCodes.Success;
    }

    private static StackOptions OptionsOf(Repository repository, int port, int functions)
    {
        var last = LocalState.LastPorts(repository);
        var options = new StackOptions();
        return options with
        {
            DataFolder = Path.Combine(repository.LocalFolder, "data"),
            FunctionsProcesses = functions,
            GatewayPort = port != 0 ? port : last.GetValueOrDefault("gateway"),
            InstancePorts = [.. options.Instances.Select(name => last.GetValueOrDefault(name))],
            ServiceBusPort = last.GetValueOrDefault("servicebus"),
            TablePort = last.GetValueOrDefault("tables"),
        };
    }

    private static LocalState StateOf(Stack stack)
    {
        var ports = new Dictionary<string, int>
        {
            ["gateway"] = stack.Endpoint.Port,
            ["servicebus"] = int.Parse(stack.ServiceBus.Ready.Values["amqp"].Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture),
            ["tables"] = int.Parse(stack.Tables.Ready.Values["port"], System.Globalization.CultureInfo.InvariantCulture),
        };
        var processes = new Dictionary<string, int> { ["servicebus"] = stack.ServiceBus.Id, ["tables"] = stack.Tables.Id };
        foreach (var (name, instance) in stack.Instances)
        {
            ports[name] = new Uri(instance.Ready.Values["endpoint"]).Port;
            processes[name] = instance.Id;
        }

        foreach (var process in stack.Functions)
        {
            processes[process.Name] = process.Id;
        }

        if (stack.Backend is { } backend)
        {
            processes[backend.Name] = backend.Id;
        }

        return new LocalState(Environment.ProcessId, stack.Endpoint.ToString(), ports, processes);
    }

    private static async Task TellAsync(Stack stack, LocalState state, bool json, CancellationToken cancellationToken)
    {
        var clientUrl = await NegotiateAsync(stack, cancellationToken);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { ready = "gateway", gateway = state.Gateway, clientUrl, state.Ports, state.Processes, logs = stack.LogFolder },
                JsonSerializerOptions.Web));
            return;
        }

        var table = new Table().Title("The local stack is up").AddColumns("part", "where");
        table.AddRow("gateway", state.Gateway);
        foreach (var (name, instance) in stack.Instances)
        {
            table.AddRow($"Web PubSub {name}", instance.Ready.Values["endpoint"]);
        }

        table.AddRow("Service Bus", stack.ServiceBus.Ready.Values["amqp"]);
        table.AddRow("tables", $"http://127.0.0.1:{stack.Tables.Ready.Values["port"]}/devstoreaccount1");
        table.AddRow("logs", Markup.Escape(stack.LogFolder));
        AnsiConsole.Write(table);
        // The URL is one word to copy; a table would break it.
        Console.WriteLine("A client URL, to be opened within five minutes (subprotocol json.webpubsub.azure.v1):");
        Console.WriteLine(clientUrl);
        Console.WriteLine();
        Console.WriteLine("Try, in another terminal:");
        Console.WriteLine("  dotnet run --project tools/gateway -- tail orders:1");
        Console.WriteLine("  dotnet run --project tools/gateway -- publish orders:1 '{\"hello\":\"world\"}'");
        Console.WriteLine("Ctrl-C ends it.");
    }

    private static async Task<string> NegotiateAsync(Stack stack, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(stack.Endpoint, "/api/negotiate"));
        request.Headers.Authorization = new("Bearer", DevelopmentTokens.CreateForAll(stack.Options, "developer"));
        using var response = await http.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<NegotiateAnswer>(body, JsonSerializerOptions.Web)!.Url
            : throw new LocalCloudException(
                $"The gateway did not answer negotiate ({(int)response.StatusCode}): {body}", $"Look into {stack.LogFolder}.");
    }
}

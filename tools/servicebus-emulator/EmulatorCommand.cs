using System.CommandLine;
using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.ServiceBusEmulator.Configuration;
using ServerlessGateway.ServiceBusEmulator.Faults;
using ServerlessGateway.ServiceBusEmulator.Journal;
using ServerlessGateway.ServiceBusEmulator.Limits;

namespace ServerlessGateway.ServiceBusEmulator;

/// <summary>The command line.</summary>
internal static class EmulatorCommand
{
    private const int MaxPort = 65_535;

    public static RootCommand Create()
    {
        var port = Port("--port", 5672, "AMQP port on 127.0.0.1; 0 takes any that is free.");
        var httpPort = Port("--http-port", 0, "HTTP port on 127.0.0.1 for health and meter; 0 takes any that is free.");
        var config = new Option<FileInfo>("--config")
        {
            Description = "Queues and topics, in the format of the official emulator's config.json.",
            Required = true,
        };
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description = "Folder of the journal; without it messages are kept in memory only.",
        };
        var flush = new Option<JournalFlush>("--flush")
        {
            Description = "When a message counts as accepted: when the disk has it, or the operating system"
                + " (survives kill -9 of the emulator, not of the machine; faster).",
            DefaultValueFactory = _ => JournalFlush.Disk,
        };
        var limit = new Option<string[]>("--limit")
        {
            Description = "NAME=VALUE, again for each: sets a bound on what peers may use, such as MaxConnections=100"
                + " or IdleTimeout=30 (seconds). The README lists them.",
        };
        var faults = new Option<FileInfo?>("--faults")
        {
            Description = "JSON file with fault rules that are in force from the start, as PUT /faults takes them.",
        };
        var json = new Option<bool>("--json") { Description = "Print the ready line as JSON." };
        var exitWithParent = new Option<bool>("--exit-with-parent")
        {
            Description = "End when standard input closes, so that nothing is left when the parent is killed.",
        };
        var command = new RootCommand("Azure Service Bus on one machine: AMQP 1.0, sessions, topics, durable.")
        {
            port, httpPort, config, data, flush, limit, faults, json, exitWithParent,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new EmulatorArguments(
                parsed.GetValue(port), parsed.GetValue(httpPort),
                parsed.GetRequiredValue(config), parsed.GetValue(data), parsed.GetValue(flush),
                parsed.GetValue(limit) ?? [], parsed.GetValue(faults), parsed.GetValue(json), parsed.GetValue(exitWithParent)),
            cancellationToken));
        return command;
    }

    private static Option<int> Port(string name, int fallback, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            // A value that is no number has its own error already.
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value is < 0 or > MaxPort)
            {
                result.AddError($"{name} is {value}; 0 to {MaxPort} is allowed.");
            }
        });
        return option;
    }

    private static async Task<int> RunAsync(EmulatorArguments arguments, CancellationToken cancellationToken)
    {
        if (!TryReadConfiguration(arguments.Config, out var definition, out var problem))
        {
            await Console.Error.WriteLineAsync(problem);
            return 1;
        }

        if (!TryReadFaults(arguments.Faults, out var faults, out problem))
        {
            await Console.Error.WriteLineAsync(problem);
            return 1;
        }

        var options = new ServiceBusEmulatorOptions
        {
            Namespace = definition,
            Port = arguments.Port,
            HttpPort = arguments.HttpPort,
            Journal = new JournalOptions { Directory = arguments.Data?.FullName ?? string.Empty, Flush = arguments.Flush },
            Faults = faults,
            LogToConsole = true,
        };
        foreach (var limit in arguments.Limits)
        {
            if (!LimitReader.TryApply(limit, options, out options, out problem))
            {
                await Console.Error.WriteLineAsync(problem);
                return 1;
            }
        }

        try
        {
            return await EmulatorProgram.RunAsync(options, arguments.Json, arguments.ExitWithParent, cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // A port in use, a journal in use or damaged: one line says it, a stack trace would not help.
            await Console.Error.WriteLineAsync($"The emulator cannot start: {e.Message}");
            return 1;
        }
    }

    private static bool TryReadConfiguration(
        FileInfo file, out Broker.NamespaceDefinition definition, out string problem)
    {
        try
        {
            return EmulatorConfiguration.TryRead(File.ReadAllText(file.FullName), out definition, out problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            definition = new Broker.NamespaceDefinition();
            problem = $"--config {file}: {e.Message}";
            return false;
        }
    }

    private static bool TryReadFaults(FileInfo? file, out FaultPlan? plan, out string problem)
    {
        (plan, problem) = (null, string.Empty);
        try
        {
            plan = file is null ? null : NamespaceFaultKinds.Reader.Read(File.ReadAllBytes(file.FullName));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FaultPlanException)
        {
            problem = $"--faults {file}: {e.Message.ReplaceLineEndings(" ")}";
            return false;
        }
    }

    private sealed record EmulatorArguments(
        int Port, int HttpPort, FileInfo Config, DirectoryInfo? Data, JournalFlush Flush,
        string[] Limits, FileInfo? Faults, bool Json, bool ExitWithParent);
}

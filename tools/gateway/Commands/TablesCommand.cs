using System.CommandLine;
using System.Text.Json;
using Azure;
using ServerlessGateway.LocalCloud;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary><c>gateway tables</c>: makes the tables where neither Bicep nor <c>up</c> does, since the app itself never makes any.</summary>
internal static class TablesCommand
{
    public static Command Create()
    {
        var connectionString = new Option<string>("--connection-string")
        {
            Description = "The storage account. Default: Azurite on its usual ports.",
            DefaultValueFactory = _ => "UseDevelopmentStorage=true",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("tables", "Creates the tables that are missing, for Functions that you start yourself.") { connectionString, json };
        command.SetAction((result, cancellationToken) => CommandRunner.RunAsync(
            async token =>
            {
                await CreateAsync(result.GetValue(connectionString)!, token);
                Console.WriteLine(result.GetValue(json)
                    ? JsonSerializer.Serialize(new { tables = TableSetup.Tables })
                    : $"There: {string.Join(", ", TableSetup.Tables)}");
                return ExitCodes.Success;
            },
            cancellationToken));
        return command;
    }

    private static async Task CreateAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await TableSetup.CreateAsync(connectionString, cancellationToken);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new LocalCloudException(
                $"The connection string can not be used: {exception.Message}", "Take it from the portal, or leave it out for Azurite.", exception);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException)
        {
            // The message of several attempts repeats that of each; the first line of the last one says it all.
            var last = exception is AggregateException { InnerExceptions: [.., { } inner] } ? inner : exception;
            throw new LocalCloudException(
                $"The tables could not be made: {last.Message.Split('\n')[0].Trim()}", "Is the storage account, or Azurite, running?", exception);
        }
    }
}

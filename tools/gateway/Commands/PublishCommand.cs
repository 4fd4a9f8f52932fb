using System.CommandLine;
using System.Text;
using System.Text.Json;
using ServerlessGateway.Client;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary><c>gateway publish CHANNEL [MESSAGE]</c>: one message, or one a line from standard input.</summary>
internal static class PublishCommand
{
    /// <summary>Lines that wait for their outcome at a time: enough to fill requests, few enough to stop soon.</summary>
    private const int Window = 256;

    public static Command Create()
    {
        var channel = new Argument<string>("CHANNEL") { Description = "The channel." };
        var message = new Argument<string?>("MESSAGE") { Description = "The message; without it, one a line from standard input.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print one JSON object per publication." };
        var target = new GatewayTarget();
        var command = new Command("publish", "Publishes a message; JSON as it is, anything else as a JSON string.") { channel, message, json };
        target.AddTo(command);
        command.SetAction((result, cancellationToken) => CommandRunner.RunAsync(
            async token =>
            {
                await using var client = target.CreateClient(result);
                await client.ConnectAsync(token);
                return await PublishAsync(
                    client, result.GetValue(channel)!, LinesOf(result.GetValue(message), token), result.GetValue(json), token);
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> PublishAsync(
        GatewayClient client, string channel, IAsyncEnumerable<string> lines, bool json, CancellationToken cancellationToken)
    {
        var under = new Queue<Task<PublishResult>>();
        var (accepted, others) = (0, 0);
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            under.Enqueue(client.PublishJsonAsync(channel, AsJson(line), cancellationToken));
            if (under.Count >= Window)
            {
                Settle(await under.Dequeue());
            }
        }

        while (under.TryDequeue(out var last))
        {
            Settle(await last);
        }

        if (!json)
        {
            CommandRunner.Messages.MarkupLineInterpolated($"{accepted} accepted, {others} not");
        }

        return others == 0 ? ExitCodes.Success : ExitCodes.Failed;

        void Settle(PublishResult result)
        {
            (accepted, others) = result.IsAccepted ? (accepted + 1, others) : (accepted, others + 1);
            if (json)
            {
                Console.WriteLine(JsonSerializer.Serialize(
                    new { outcome = result.Outcome.ToString().ToLowerInvariant(), result.Channel, result.Publisher, result.Number, result.Error },
                    JsonSerializerOptions.Web));
            }
            else if (!result.IsAccepted)
            {
                CommandRunner.Messages.MarkupLineInterpolated($"[red]{result.Number}: {result.Outcome} {result.Error?.Code} {result.Error?.Message} {result.Error?.Value}[/]");
            }
        }
    }

    private static async IAsyncEnumerable<string> LinesOf(
        string? message, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (message is not null)
        {
            yield return message;
            yield break;
        }

        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    private static byte[] AsJson(string line)
    {
        try
        {
            JsonDocument.Parse(line).Dispose();
            return Encoding.UTF8.GetBytes(line);
        }
        catch (JsonException)
        {
            // Not JSON: a string of its own, as the description says.
            return JsonSerializer.SerializeToUtf8Bytes(line);
        }
    }
}

using System.CommandLine;
using System.Text;
using System.Text.Json;
using ServerlessGateway.Client;
using ServerlessGateway.Protocol;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary><c>gateway tail CHANNEL [--since POSITION]</c>: prints a channel as it grows.</summary>
internal static class TailCommand
{
    public static Command Create()
    {
        var channel = new Argument<string>("CHANNEL") { Description = "The channel." };
        var since = new Option<string?>("--since") { Description = "Begin behind this position (EPOCH.OFFSET, as printed), or 'beginning'. Without it: from now on." };
        var count = new Option<int?>("--count") { Description = "End after so many messages." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object per item." };
        since.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !TryParseStart(text, out _))
            {
                result.AddError($"--since is '{text}'; it must be EPOCH.OFFSET, as printed by tail, or 'beginning'.");
            }
        });
        var target = new GatewayTarget();
        var command = new Command("tail", "Prints the messages of a channel, in order.") { channel, since, count, json };
        target.AddTo(command);
        command.SetAction((result, cancellationToken) => CommandRunner.RunAsync(
            async token =>
            {
                await using var client = target.CreateClient(result);
                await client.ConnectAsync(token);
                var from = TryParseStart(result.GetValue(since) ?? "now", out var parsed) ? parsed : StartFrom.Now;
                return await TailAsync(client, result.GetValue(channel)!, from, result.GetValue(count), result.GetValue(json), token);
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> TailAsync(
        GatewayClient client, string channel, StartFrom from, int? count, bool json, CancellationToken cancellationToken)
    {
        var seen = 0;
        await foreach (var item in client.SubscribeAsync(channel, from, cancellationToken))
        {
            if (json)
            {
                Console.WriteLine(ToJson(item));
            }
            else
            {
                Show(item);
            }

            if (item is ChannelMessage && ++seen == count)
            {
                break;
            }
        }

        return ExitCodes.Success;
    }

    private static bool TryParseStart(string text, out StartFrom from)
    {
        from = text == "beginning" ? StartFrom.Beginning : StartFrom.Now;
        if (text is "beginning" or "now")
        {
            return true;
        }

        var isPosition = Position.TryParse(text, out var position);
        from = isPosition ? StartFrom.After(position) : from;
        return isPosition;
    }

    private static void Show(ChannelItem item)
    {
        switch (item)
        {
            case ChannelMessage message:
                AnsiConsole.MarkupInterpolated($"[grey]{message.Position} {message.Time:HH:mm:ss.fff} {message.User}[/] ");
                // Not through the console's wrapping: a message is one line, to be copied and piped.
                Console.WriteLine(Encoding.UTF8.GetString(message.Payload.Span));
                break;
            case ChannelGap gap:
                AnsiConsole.MarkupLineInterpolated($"[yellow]gap: {gap.Range.From} to {gap.Range.To} can not be had {gap.Code}[/]");
                break;
            case ChannelReset reset:
                AnsiConsole.MarkupLineInterpolated($"[yellow]reset: the log behind {reset.Previous} is gone; what follows is epoch {reset.Position.Epoch}[/]");
                break;
        }
    }

    private static string ToJson(ChannelItem item) => JsonSerializer.Serialize<object>(
        item switch
        {
            ChannelMessage message => new
            {
                kind = "message",
                position = message.Position.ToString(),
                message.Channel,
                message.Epoch,
                message.Offset,
                message.Time,
                message.User,
                message.Publisher,
                message.Number,
                message.Data,
            },
            ChannelGap gap => new { kind = "gap", position = gap.Position.ToString(), gap.Channel, gap.Range, gap.Code },
            _ => new { kind = "reset", position = item.Position.ToString(), item.Channel },
        },
        JsonSerializerOptions.Web);
}

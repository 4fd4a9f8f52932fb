using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using ServerlessGateway.LocalCloud;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary><c>gateway token --user U --allow PATTERN=OPERATIONS</c>: a token of the local stack.</summary>
internal static class TokenCommand
{
    private static readonly string[] Operations = ["subscribe", "publish"];

    public static Command Create()
    {
        var user = new Option<string>("--user") { Description = "The user.", Required = true };
        var allow = new Option<string[]>("--allow")
        {
            Description = "A channel pattern and operations, 'chat:*=subscribe,publish'; may be repeated.",
            Required = true,
        };
        var minutes = new Option<int>("--minutes") { Description = "How long it is valid (1 to 10080).", DefaultValueFactory = _ => 60 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        allow.Validators.Add(Validate);
        minutes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10080)
            {
                result.AddError($"--minutes is {result.GetValueOrDefault<int>()}; it must be from 1 to 10080.");
            }
        });
        var command = new Command("token", "Makes a token for the local stack; its key is public, so it is worth nothing elsewhere.")
        {
            user, allow, minutes, json,
        };
        command.SetAction(result =>
        {
            var capabilities = result.GetValue(allow)!.Select(Split).GroupBy(pair => pair.Pattern)
                .ToDictionary(group => group.Key, group => group.SelectMany(pair => pair.Operations).Distinct().ToArray());
            var lifetime = TimeSpan.FromMinutes(result.GetValue(minutes));
            var token = DevelopmentTokens.Create(new StackOptions(), result.GetValue(user)!, capabilities, lifetime);
            Console.WriteLine(result.GetValue(json)
                ? JsonSerializer.Serialize(new { token, user = result.GetValue(user), capabilities, expiresInSeconds = (int)lifetime.TotalSeconds })
                : token);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Validate(OptionResult result)
    {
        foreach (var token in result.Tokens)
        {
            var (pattern, operations) = Split(token.Value);
            var unknown = operations.FirstOrDefault(operation => !Operations.Contains(operation));
            if (pattern.Length == 0 || operations.Length == 0 || unknown is not null)
            {
                result.AddError($"--allow is '{token.Value}'; it must be PATTERN=OPERATIONS with operations out of {string.Join(", ", Operations)}.");
            }
        }
    }

    /// <summary>The last <c>=</c> splits, since a pattern may hold one.</summary>
    private static (string Pattern, string[] Operations) Split(string text)
    {
        var at = text.LastIndexOf('=');
        return at < 0
            ? (string.Empty, [])
            : (text[..at], text[(at + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}

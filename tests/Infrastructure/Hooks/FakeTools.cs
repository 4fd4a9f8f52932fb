using ServerlessGateway.Deployment;

namespace ServerlessGateway.Infrastructure.Tests.Hooks;

/// <summary>Answers <c>az</c> and <c>azd</c> from a script, and remembers what was asked. What the script does not know succeeds with no output.</summary>
internal sealed class FakeTools : ICommandLineTools
{
    private readonly List<(string Prefix, ToolResult Result)> _script = [];

    /// <summary>The commands that were run, in order.</summary>
    public List<string> Commands { get; } = [];

    /// <summary>Commands that begin so are answered so; the latest rule wins.</summary>
    public FakeTools On(string prefix, string output = "", int exitCode = 0, string error = "")
    {
        _script.Insert(0, (prefix, new ToolResult(exitCode, output, error)));
        return this;
    }

    public Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var command = $"{program} {string.Join(' ', arguments)}";
        Commands.Add(command);
        return Task.FromResult(_script.FirstOrDefault(
            rule => command.StartsWith(rule.Prefix, StringComparison.Ordinal)).Result ?? new ToolResult(0, "", ""));
    }
}

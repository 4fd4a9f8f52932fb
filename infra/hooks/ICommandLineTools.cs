namespace ServerlessGateway.Deployment;

/// <summary>How a program ended.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs <c>az</c> and <c>azd</c>, under the account that is signed in there.</summary>
internal interface ICommandLineTools
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="DeploymentException">It is not installed.</exception>
    Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken);
}

/// <summary>Shorter ways to run them.</summary>
internal static class CommandLineToolsExtensions
{
    /// <summary>Runs a program that has to succeed, and gives what it wrote.</summary>
    /// <exception cref="DeploymentException">It failed.</exception>
    public static async Task<string> RequireAsync(
        this ICommandLineTools tools, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await tools.RunAsync(program, arguments, cancellationToken);
        return result.Succeeded
            ? result.Output.Trim()
            : throw new DeploymentException(
                $"`{program} {string.Join(' ', arguments)}` failed ({result.ExitCode}): {result.Error.Trim()}");
    }
}

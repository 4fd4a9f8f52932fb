using System.Diagnostics;
using Spectre.Console;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>One line a step, with the seconds since the start. Reported at once and in order, which Progress&lt;T&gt; does not promise.</summary>
internal sealed class ConsoleProgress(IAnsiConsole console) : IProgress<string>
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public void Report(string value) =>
        console.MarkupLineInterpolated($"[grey]{Stopwatch.GetElapsedTime(_began).TotalSeconds,5:0.0} s[/]  {value}");
}

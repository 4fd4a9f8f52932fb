namespace ServerlessGateway.LocalCloud.Processes;

/// <summary>How to start a process of the stack.</summary>
/// <param name="Name">Its name in messages and of its log file.</param>
/// <param name="FileName">The executable.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record ProcessSpec(string Name, string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables on top of this process's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Its working folder.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Where its standard error, and its output after the ready line, go.</summary>
    public required string LogFile { get; init; }

    /// <summary>Reads a line of its output; not null once the process is ready.</summary>
    public required Func<string, ReadyLine?> ParseReady { get; init; }

    /// <summary>Sees every line of its output; for meters that are read off a log.</summary>
    public Action<string>? OnOutput { get; init; }

    /// <summary>The longest time until it is ready.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a process said of itself when it was ready.</summary>
/// <param name="Values">Names and values: URLs, ports, connection strings.</param>
public sealed record ReadyLine(IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Reads a JSON object with a <c>ready</c> property, as the programs of this repository print it.</summary>
    public static ReadyLine? ParseJson(string line)
    {
        if (!line.StartsWith("{\"ready\"", StringComparison.Ordinal))
        {
            return null;
        }

        using var document = System.Text.Json.JsonDocument.Parse(line);
        return new ReadyLine(document.RootElement.EnumerateObject().ToDictionary(
            property => property.Name, property => property.Value.ToString(), StringComparer.Ordinal));
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessGateway.Proof.Histories;

/// <summary>
/// One actor's history: a line of JSON per record, appended as it happens. The judge reads these files after the run, so it knows nothing that
/// a publisher or subscriber did not see itself.
/// </summary>
public sealed class HistoryFile<TRecord> : IAsyncDisposable
{
    private readonly StreamWriter _writer;
    private readonly Lock _lock = new();

    /// <summary>Begins a history, or goes on with one.</summary>
    public HistoryFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _writer = new StreamWriter(path, append: true);
    }

    /// <summary>Appends a record.</summary>
    public void Append(TRecord record)
    {
        var line = JsonSerializer.Serialize(record, HistoryFolder.Format);
        lock (_lock)
        {
            _writer.WriteLine(line);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}

/// <summary>The histories of a run in one folder: <c>publisher-*.jsonl</c> and <c>subscriber-*.jsonl</c>.</summary>
public static class HistoryFolder
{
    internal static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Where a publisher writes.</summary>
    public static string PublisherPath(string folder, string name) => Path.Combine(folder, $"publisher-{name}.jsonl");

    /// <summary>Where a subscriber writes.</summary>
    public static string SubscriberPath(string folder, string name) => Path.Combine(folder, $"subscriber-{name}.jsonl");

    /// <summary>Reads all of them.</summary>
    public static History Read(string folder) => new(
        [.. Files(folder, "publisher-").SelectMany(file => ReadFile<PublicationRecord>(file.Path))],
        Files(folder, "subscriber-").ToDictionary(file => file.Name, file => ReadFile<SubscriberRecord>(file.Path)));

    private static IReadOnlyList<TRecord> ReadFile<TRecord>(string path) =>
        [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<TRecord>(line, Format)!)];

    private static IEnumerable<(string Name, string Path)> Files(string folder, string prefix) =>
        Directory.GetFiles(folder, $"{prefix}*.jsonl").Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileNameWithoutExtension(path)[prefix.Length..], path));
}

using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>A folder of its own for a journal, gone at the end.</summary>
internal sealed class JournalFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sb-journal-");

    internal string Path => _folder.FullName;

    internal long Bytes => _folder.EnumerateFiles().Sum(file => file.Length);

    internal IEnumerable<string> Files => _folder.EnumerateFiles("*.log").Select(file => file.Name).Order(StringComparer.Ordinal);

    internal string FileOf(string name) => System.IO.Path.Combine(Path, name);

    internal Task<DurableBroker> OpenAsync(
        NamespaceDefinition definition,
        FakeTimeProvider clock,
        long compactAtBytes = 64 * 1024 * 1024,
        JournalFlush flush = JournalFlush.OperatingSystem) =>
        DurableBroker.OpenAsync(
            new JournalOptions { Directory = Path, Flush = flush, CompactAtBytes = compactAtBytes },
            definition,
            new BrokerOptions(),
            clock,
            Guid.NewGuid,
            CancellationToken.None);

    public void Dispose() => _folder.Delete(recursive: true);
}

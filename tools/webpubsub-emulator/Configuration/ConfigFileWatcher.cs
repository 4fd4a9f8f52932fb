using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;

namespace ServerlessGateway.WebPubSubEmulator.Configuration;

/// <summary>
/// Reads the configuration again when its file changes, and puts the new event handlers in force; everything else needs a
/// restart. A file that cannot be used, or is only half written yet, changes nothing.
/// </summary>
internal sealed partial class ConfigFileWatcher : IHostedService, IDisposable
{
    private readonly string _path;
    private readonly EventRouting _routing;
    private readonly ILogger<ConfigFileWatcher> _logger;
    private readonly PhysicalFileProvider _files;
    private IDisposable? _watch;

    public ConfigFileWatcher(string path, EventRouting routing, ILogger<ConfigFileWatcher> logger)
    {
        _path = Path.GetFullPath(path);
        _routing = routing;
        _logger = logger;
        _files = new PhysicalFileProvider(Path.GetDirectoryName(_path)!);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watch = ChangeToken.OnChange(() => _files.Watch(Path.GetFileName(_path)), Read);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _watch?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _files.Dispose();
    }

    private void Read()
    {
        try
        {
            _routing.Replace(EmulatorConfigReader.Read(File.ReadAllText(_path)).EventHandlers);
            LogRead(_logger, _path);
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            LogUnusable(_logger, _path, exception.Message);
        }
    }

    [LoggerMessage(3601, LogLevel.Information, "The event handlers of {Path} are in force")]
    private static partial void LogRead(ILogger logger, string path);

    [LoggerMessage(3602, LogLevel.Warning, "{Path} was changed and cannot be used; the event handlers before stay: {Error}")]
    private static partial void LogUnusable(ILogger logger, string path, string error);
}

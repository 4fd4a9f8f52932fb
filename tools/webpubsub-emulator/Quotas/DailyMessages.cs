using System.Globalization;
using System.Text.Json;
using ServerlessGateway.WebPubSubEmulator.Http;

namespace ServerlessGateway.WebPubSubEmulator.Quotas;

/// <summary>
/// How many billed messages went out on this day of UTC. With a folder the number outlives the process, since a restart
/// gives nobody a new day: it is written each second, so that a kill loses no more than that.
/// </summary>
internal sealed partial class DailyMessages(
    Meter meter, TimeProvider time, string? folder, ILogger<DailyMessages> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string? _path = folder is null ? null : Path.Combine(folder, "daily-messages.json");
    private DateOnly _day = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
    private long _carriedBytes;
    private long _bytesBefore;
    private long _writtenBytes = -1;

    public long Count
    {
        get
        {
            lock (_gate) return BytesLocked() / Meter.BilledMessageBytes;
        }
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_path is not null && File.Exists(_path)) Read(_path);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Write();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_path is null) return;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Write();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(logger);
        }
    }

    private long BytesLocked()
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (today != _day)
        {
            _day = today;
            _carriedBytes = 0;
            _bytesBefore = meter.OutboundBytes;
        }

        return _carriedBytes + meter.OutboundBytes - _bytesBefore;
    }

    private void Read(string path)
    {
        try
        {
            var kept = JsonSerializer.Deserialize<Content>(File.ReadAllText(path), JsonSerializerOptions.Web);
            lock (_gate)
            {
                if (kept?.Day == _day.ToString("O", CultureInfo.InvariantCulture)) _carriedBytes = kept.Bytes;
            }
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{path} is damaged ({exception.Message}); delete it to count from zero.", exception);
        }
    }

    private void Write()
    {
        if (_path is null) return;
        Content content;
        lock (_gate)
        {
            var bytes = BytesLocked();
            if (bytes == _writtenBytes) return;
            _writtenBytes = bytes;
            content = new Content(_day.ToString("O", CultureInfo.InvariantCulture), bytes);
        }

        var part = _path + ".new";
        try
        {
            File.WriteAllText(part, JsonSerializer.Serialize(content, JsonSerializerOptions.Web));
            File.Move(part, _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnwritten(logger, _path, exception.Message);
        }
    }

    [LoggerMessage(3501, LogLevel.Warning, "{Path} cannot be written: {Error}")]
    private static partial void LogUnwritten(ILogger logger, string path, string error);

    [LoggerMessage(3502, LogLevel.Debug, "The count of the day is written for the last time")]
    private static partial void LogStopped(ILogger logger);

    private sealed record Content(string? Day, long Bytes);
}

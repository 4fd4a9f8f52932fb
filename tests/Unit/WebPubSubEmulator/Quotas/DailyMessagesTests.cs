using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Quotas;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Quotas;

public sealed class DailyMessagesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daily-messages").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 23, 0, 0, TimeSpan.Zero));
    private readonly Meter _meter = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Messages_are_the_sum_of_bytes_by_2_KB_to_clients_and_to_handlers()
    {
        using var messages = CreateSut();

        _meter.ClientFrame(2047);
        Assert.Equal(0, messages.Count);
        _meter.Callback(CallbackKind.User, 1, isRetry: false);
        Assert.Equal(1, messages.Count);
        for (var i = 0; i < 10; i++) _meter.ClientFrame(2048);
        Assert.Equal(11, messages.Count);
    }

    [Fact]
    public void A_new_day_begins_at_zero()
    {
        using var messages = CreateSut();
        _meter.ClientFrame(20_480);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, messages.Count);
        _meter.ClientFrame(2048);
        Assert.Equal(1, messages.Count);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(2, 0)]
    public async Task The_count_outlives_the_process_and_not_the_day(int hours, long expected)
    {
        using (var before = CreateSut(_folder))
        {
            await before.StartAsync(CancellationToken.None);
            _meter.ClientFrame(20_480);
            await before.StopAsync(CancellationToken.None);
        }

        _time.Advance(TimeSpan.FromHours(hours));
        using var after = new DailyMessages(new Meter(), _time, _folder, NullLogger<DailyMessages>.Instance);
        await after.StartAsync(CancellationToken.None);

        Assert.Equal(expected, after.Count);
        await after.StopAsync(CancellationToken.None);
    }

    private DailyMessages CreateSut(string? folder = null) => new(_meter, _time, folder, NullLogger<DailyMessages>.Instance);
}

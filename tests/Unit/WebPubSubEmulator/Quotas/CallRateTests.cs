using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.WebPubSubEmulator.Quotas;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Quotas;

public sealed class CallRateTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void So_many_calls_a_second_are_let_in_and_the_next_is_told_how_long_to_wait()
    {
        var rate = new CallRate(4, _time);

        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal(TimeSpan.Zero, rate.Take()));
        Assert.Equal(TimeSpan.FromSeconds(0.25), rate.Take());
        _time.Advance(TimeSpan.FromSeconds(0.25));
        Assert.Equal(TimeSpan.Zero, rate.Take());
        Assert.Equal(TimeSpan.FromSeconds(0.25), rate.Take());
    }

    [Fact]
    public void A_long_pause_saves_up_one_second_and_no_more()
    {
        var rate = new CallRate(2, _time);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.Zero, rate.Take());
        Assert.Equal(TimeSpan.Zero, rate.Take());
        Assert.NotEqual(TimeSpan.Zero, rate.Take());
    }
}

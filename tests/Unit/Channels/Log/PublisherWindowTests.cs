using CsCheck;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Unit.Tests.Channels.Log;

/// <summary>The window of publishers against a model that keeps everything (rules S1, S3).</summary>
public sealed class PublisherWindowTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000);

    [Fact]
    public void S3_within_ten_minutes_of_enqueued_time_the_highest_of_every_publisher_is_known() =>
        Gen.Select(Gen.Int[0, 5], Gen.Long[1, 50], Gen.Int[0, 240]).List[1, 60].Sample(steps =>
        {
            var (window, now) = (PublisherWindow.Empty, At);
            Dictionary<int, (long Highest, DateTimeOffset At)> model = [];
            foreach (var (publisher, number, seconds) in steps)
            {
                now = now.AddSeconds(seconds);
                // What is forgotten is forgotten for good: the model forgets by the same horizon, at the same moments.
                foreach (var old in model.Where(known => known.Value.At < now - PublisherWindow.Age).Select(known => known.Key).ToList())
                {
                    if (old != publisher)
                    {
                        model.Remove(old);
                    }
                }

                model[publisher] = (Math.Max(number, model.GetValueOrDefault(publisher).Highest), now);
                window = window.Advance([KeyValuePair.Create(KeyOf(publisher), number)], now);
            }

            return Enumerable.Range(0, 6).All(publisher =>
                window.HighestOf(KeyOf(publisher)) == model.GetValueOrDefault(publisher).Highest);
        });

    [Fact]
    public void S1_of_more_than_a_thousand_publishers_those_unseen_for_longest_leave()
    {
        var window = PublisherWindow.Empty;
        for (var publisher = 0; publisher < 1200; publisher++)
        {
            window = window.Advance([KeyValuePair.Create(KeyOf(publisher), 5L)], At.AddMilliseconds(publisher));
        }

        Assert.Equal(PublisherWindow.MaxPublishers, window.Count);
        Assert.Equal((0, 5), (window.HighestOf(KeyOf(199)), window.HighestOf(KeyOf(200))));
    }

    [Fact]
    public void S1_an_outage_does_not_age_the_window_since_age_is_enqueued_time()
    {
        var window = PublisherWindow.Empty.Advance([KeyValuePair.Create(KeyOf(1), 7L)], At);

        // Half an hour later by the clock, but enqueued nine minutes after.
        var after = window.Advance([KeyValuePair.Create(KeyOf(2), 1L)], At.AddMinutes(9));

        Assert.Equal(7, after.HighestOf(KeyOf(1)));
        Assert.Equal(0, after.Advance([KeyValuePair.Create(KeyOf(3), 1L)], At.AddMinutes(11)).HighestOf(KeyOf(1)));
    }

    private static PublisherKey KeyOf(int publisher) => new((UInt128)publisher + 1);
}

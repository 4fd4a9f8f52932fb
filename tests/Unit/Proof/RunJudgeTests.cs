using ServerlessGateway.Proof.Histories;
using ServerlessGateway.Proof.Judge;

namespace ServerlessGateway.Unit.Tests.Proof;

public sealed class RunJudgeTests
{
    [Fact]
    public void A_run_in_which_everything_arrived_holds()
    {
        var verdict = Judge(Published(3), Read("a", 1, 2, 3));

        Assert.True(verdict.Holds, string.Join(' ', verdict.Findings));
        Assert.Equal((3, 3, 3), (verdict.Acknowledged, verdict.Expected, verdict.Delivered));
    }

    [Fact]
    public void What_was_accepted_and_never_handed_on_is_lost_even_if_nobody_got_it()
    {
        var verdict = Judge(Published(3), Read("a", 1, 2), Read("b", 1, 2));

        Assert.Equal((6, 2), (verdict.Expected, verdict.Lost));
        Assert.Contains("writer/3", verdict.Findings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_handed_on_twice_is_doubled()
    {
        Assert.Equal(1, Judge(Published(2), Read("a", 1, 2, 2)).Duplicated);
    }

    [Fact]
    public void A_hole_and_a_step_back_are_out_of_order()
    {
        Assert.Equal(3, Judge(Published(3), Read("a", 2, 1, 3)).Misordered);
    }

    [Fact]
    public void Two_subscribers_that_see_different_messages_at_one_offset_are_out_of_order()
    {
        var (name, records) = Read("b", 1, 2);
        var swapped = (name, new List<SubscriberRecord>
        {
            records[0],
            records[2] with { Offset = 1 },
            records[1] with { Offset = 2 },
        });

        Assert.True(Judge(Published(2), Read("a", 1, 2), swapped).Misordered >= 2);
    }

    [Fact]
    public void Another_payload_and_a_message_that_nobody_published_are_corrupted()
    {
        var (name, records) = Read("a", 1, 2);
        records[1] = records[1] with { Digest = "other" };

        Assert.Equal(2, Judge(Published(1), (name, records)).Corrupted);
    }

    [Fact]
    public void A_refused_publication_must_not_arrive_and_an_unknown_one_may()
    {
        List<PublicationRecord> published =
        [
            Published(1)[0] with { Outcome = "refused" },
            Published(2)[1] with { Outcome = "unknown" },
        ];

        var verdict = Judge(published, Read("a", 1, 2));

        Assert.Equal((1, 0), (verdict.Corrupted, verdict.Lost));
    }

    [Fact]
    public void What_lies_in_a_reported_gap_is_reported_not_lost_and_the_rest_of_it_is()
    {
        var (name, records) = Read("b", 1);
        records.Add(new SubscriberRecord("gap", "orders:1", "e1", 2, 0, From: 2));
        records.AddRange(Read("b", 3).Records.Skip(1));

        var verdict = Judge(Published(4), Read("a", 1, 2, 3), (name, records));

        Assert.Equal((1, 2, 0), (verdict.ReportedGaps, verdict.Lost, verdict.Misordered));
    }

    [Fact]
    public void Each_accepted_publication_is_owed_exactly_one_answer()
    {
        var (name, records) = ("a", new List<SubscriberRecord> { new("subscribed", "replies:1", "", 0, 0) });
        records.Add(Answer(1, "digest-1"));
        records.Add(Answer(2, "digest-1"));
        records.Add(Answer(3, "digest-9"));

        var verdict = Judge(Published(2), (name, records));

        Assert.Equal((2, 1, 1, 1), (verdict.Expected, verdict.Lost, verdict.Duplicated, verdict.Corrupted));
    }

    private static Verdict Judge(
        List<PublicationRecord> publications, params (string Name, List<SubscriberRecord> Records)[] subscribers) =>
        new RunJudge(new Dictionary<string, string> { ["replies:1"] = "orders:1" }).Judge(new History(
            publications, subscribers.ToDictionary(pair => pair.Name, pair => (IReadOnlyList<SubscriberRecord>)pair.Records)));

    private static List<PublicationRecord> Published(int count) => [.. Enumerable.Range(1, count).Select(number =>
        new PublicationRecord("writer", number, "orders:1", $"digest-{number}", "accepted", 0))];

    private static (string Name, List<SubscriberRecord> Records) Read(string name, params int[] offsets) => (name,
    [
        new SubscriberRecord("subscribed", "orders:1", "", 0, 0),
        .. offsets.Select(offset => new SubscriberRecord(
            "message", "orders:1", "e1", offset, 0, null, "writer", offset, $"digest-{offset}")),
    ]);

    private static SubscriberRecord Answer(int offset, string answers) => new(
        "message", "replies:1", "e1", offset, 0, null, "backend", offset, $"answer-{offset}", answers);
}

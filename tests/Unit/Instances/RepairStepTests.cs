using CsCheck;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Unit.Tests.Instances;

/// <summary>
/// The steps of a repair, against generated failures: nothing stays wanted for ever, and checks keep their distance
/// (rule S6).
/// </summary>
public sealed class RepairStepTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000);

    [Fact]
    public void S6_every_failed_send_is_followed_by_a_check_that_was_due_after_it_and_no_two_checks_share_a_window() =>
        Gen.Select(Gen.Int[0, 40], Gen.Bool).List[1, 30].Sample(failures =>
        {
            var (now, state) = (Start, new RepairState());
            List<DateTimeOffset> raised = [];
            List<(DateTimeOffset At, TimeSpan Window)> checks = [];
            var pending = new Queue<(DateTimeOffset At, bool Throttled)>();
            var at = Start;
            foreach (var (seconds, throttled) in failures)
            {
                at = at.AddSeconds(seconds);
                pending.Enqueue((at, throttled));
            }

            for (var steps = 0; steps < 20_000 && (pending.Count > 0 || state.IsWanted); steps++)
            {
                now = now.AddSeconds(1);
                while (pending.TryPeek(out var next) && next.At <= now)
                {
                    pending.Dequeue();
                    raised.Add(now);
                    state = state with { Wanted = state.Wanted + 1, Skip = true, Throttled = state.Throttled || next.Throttled };
                }

                switch (RepairStep.Of(state, 1, now))
                {
                    case RepairStep.Probe:
                        state = RepairStep.Answered(state, now);
                        break;
                    case RepairStep.Check check:
                        checks.Add((now, check.Window));
                        state = RepairStep.Checked(state, check.Window, now);
                        break;
                }
            }

            return !state.IsWanted
                && raised.All(time => checks[^1].At >= time + InstanceHold.Settled)
                && checks.Zip(checks.Skip(1)).All(pair => pair.Second.At - pair.First.At >= pair.First.Window)
                && checks.All(check => check.Window >= RepairStep.WindowPerUnit && check.Window <= RepairStep.LongestWindow);
        });

    [Fact]
    public void S6_the_window_doubles_while_throttling_recurs_and_returns_when_it_has_ended()
    {
        var first = RepairStep.Checked(new RepairState { Wanted = 1, Answered = 1 }, TimeSpan.FromSeconds(10), Start);
        var again = first with { Wanted = 2, Answered = 2, Throttled = true, CheckDue = Start.AddSeconds(12) };
        var late = again with { CheckDue = Start.AddMinutes(5) };

        Assert.Equal(TimeSpan.FromSeconds(20), Assert.IsType<RepairStep.Check>(RepairStep.Of(again, 1, Start.AddSeconds(12))).Window);
        Assert.Equal(TimeSpan.FromSeconds(10), Assert.IsType<RepairStep.Check>(RepairStep.Of(late, 1, Start.AddMinutes(5))).Window);
        Assert.Equal(TimeSpan.FromSeconds(70), Assert.IsType<RepairStep.Check>(RepairStep.Of(late, 7, Start.AddMinutes(5))).Window);
    }

    [Fact]
    public void S6_probes_are_spaced_from_one_to_thirty_seconds() => Assert.Equal(
        [1, 2, 4, 8, 16, 30, 30], Enumerable.Range(1, 7).Select(failures => RepairStep.ProbePause(failures).TotalSeconds));
}

using System.Globalization;
using ServerlessGateway.Simulation.Tests.Mutants;

namespace ServerlessGateway.Simulation.Tests;

/// <summary>
/// Runs the real publishing, sequencing, repair and reading under seeded misfortune. <c>SIMULATION_SEEDS</c> sets how many seeds run;
/// <c>SIMULATION_SEED</c> replays one, and then <c>SIMULATION_TRACE</c> names a file for everything that happens in it.
/// </summary>
public sealed class SimulationTests
{
    private const int DefaultSeeds = 200;
    private const int MutantSeeds = 200;

    [Fact]
    public void Every_promise_holds_under_every_seed()
    {
        var (first, count) = Setting("SIMULATION_SEED") is { } seed ? (seed, 1) : (1, Setting("SIMULATION_SEEDS") ?? DefaultSeeds);
        var messages = 0;
        List<string> failures = [];
        for (var at = first; at < first + count && failures.Count < 5; at++)
        {
            var result = SimulatedRun.Of(at, Mutant.None, count == 1 ? TraceToFile() : null);
            messages += result.Messages;
            if (result.Violations.Count > 0)
            {
                failures.Add(
                    $"seed {at}: {string.Join("; ", result.Violations.Take(5))}{Environment.NewLine}"
                    + $"replay: SIMULATION_SEED={at} SIMULATION_TRACE=trace.txt dotnet test tests/Simulation --filter Every_promise");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
        Assert.True(messages >= SimulatedRun.MessagesPerRun * count, "Everything that publishers wanted to say is sequenced by the end of a run.");
    }

    [Fact]
    public void A_seed_replays_to_the_byte_and_another_seed_does_not()
    {
        var first = SimulatedRun.Of(7, Mutant.None);

        Assert.Equal(first.TraceHash, SimulatedRun.Of(7, Mutant.None).TraceHash);
        Assert.NotEqual(first.TraceHash, SimulatedRun.Of(8, Mutant.None).TraceHash);
    }

    [Fact]
    public void Storms_bring_everything_that_they_should()
    {
        string[] events = ["is killed", ": Conflict", "is lost", "the answer to", "Leave {", ": Throttled", ": Busy", "LockLost"];
        var counts = new int[events.Length];
        for (var seed = 1; seed <= DefaultSeeds && counts.Contains(0); seed++)
        {
            SimulatedRun.Of(seed, Mutant.None, line =>
            {
                for (var at = 0; at < events.Length; at++)
                {
                    counts[at] += line.Contains(events[at], StringComparison.Ordinal) ? 1 : 0;
                }
            });
        }

        Assert.All(events.Zip(counts), pair => Assert.True(pair.Second > 0, $"'{pair.First}' never happened."));
    }

    [Fact]
    public void S2_an_envelope_that_is_not_known_by_its_id_is_found_out() =>
        Finds(new Mutant { Log = log => new ForgetfulLog(log) }, "is silent");

    [Fact]
    public void S4_a_head_that_is_replaced_without_its_tag_is_found_out() =>
        Finds(new Mutant { Log = log => new UnfencedLog(log) }, "stands");

    [Fact]
    public void S5_a_message_that_is_completed_before_it_is_sent_is_found_out() =>
        Finds(new Mutant { CompletesFirst = true }, "stands 0 times");

    [Fact]
    public void P2_a_publisher_that_overtakes_its_own_retries_is_found_out() =>
        Finds(new Mutant { OvertakesRetries = true }, "stands 0 times");

    /// <summary>The bug breaks a promise within a bounded number of seeds, and the same seed is good without it.</summary>
    private static void Finds(Mutant mutant, string violation)
    {
        for (var seed = 1; seed <= MutantSeeds; seed++)
        {
            if (SimulatedRun.Of(seed, mutant).Violations.Any(found => found.Contains(violation, StringComparison.Ordinal)))
            {
                Assert.Empty(SimulatedRun.Of(seed, Mutant.None).Violations);
                return;
            }
        }

        Assert.Fail($"{MutantSeeds} seeds do not find the planted bug.");
    }

    private static Action<string>? TraceToFile() => Environment.GetEnvironmentVariable("SIMULATION_TRACE") is { Length: > 0 } path
        ? line => File.AppendAllText(path, line)
        : null;

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}

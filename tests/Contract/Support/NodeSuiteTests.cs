using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.Support;

/// <summary>A suite that did not run, or not all of it, must not pass for one that did.</summary>
public sealed class NodeSuiteTests
{
    private const string Failure = """
        # Subtest: it breaks
        not ok 2 - it breaks
          ---
          error: 'expected 1, got 2'
          ...
        """;

    [Fact]
    public void A_suite_in_which_all_passed_answers_how_many()
    {
        Assert.Equal(3, NodeSuite.Judge("s", new ChildProcessResult(0, Summary(tests: 3, pass: 3), "")));
    }

    [Fact]
    public void A_failed_test_is_quoted_with_what_it_said()
    {
        var run = new ChildProcessResult(1, $"ok 1 - it works\n{Failure}\n{Summary(tests: 2, pass: 1, fail: 1)}", "");

        var failure = Assert.Throws<NodeSuiteException>(() => NodeSuite.Judge("s", run));

        Assert.Contains("not ok 2 - it breaks", failure.Message, StringComparison.Ordinal);
        Assert.Contains("expected 1, got 2", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("it works", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 3, 2, 1)]
    [InlineData(1, 3, 3, 0)]
    public void No_test_a_skipped_test_or_a_bad_exit_code_is_a_failure(int exitCode, int tests, int pass, int skipped)
    {
        var run = new ChildProcessResult(exitCode, Summary(tests, pass, skipped: skipped), "");

        Assert.Throws<NodeSuiteException>(() => NodeSuite.Judge("s", run));
    }

    [Fact]
    public void A_run_that_ended_before_its_summary_is_a_failure()
    {
        var failure = Assert.Throws<NodeSuiteException>(
            () => NodeSuite.Judge("s", new ChildProcessResult(0, "ok 1 - it works\n", "node: cut short")));

        Assert.Contains("cut short", failure.Message, StringComparison.Ordinal);
    }

    private static string Summary(int tests, int pass, int fail = 0, int skipped = 0) =>
        $"1..{tests}\n# tests {tests}\n# suites 0\n# pass {pass}\n# fail {fail}\n# cancelled 0\n# skipped {skipped}\n# todo 0\n";
}

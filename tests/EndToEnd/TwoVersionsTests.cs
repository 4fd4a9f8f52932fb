using ServerlessGateway.LocalCloud;
using ServerlessGateway.Proof.Run;

namespace ServerlessGateway.EndToEnd.Tests;

[Collection(StackCollection.Name)]
public sealed class TwoVersionsTests(StackFixture fixture)
{
    [Fact]
    public async Task A_version_and_the_next_run_side_by_side_and_take_over_from_each_other_V1()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        using var next = await NextBuild.CreateAsync(patience.Token);
        using var folder = new TemporaryFolder();
        var options = new StackOptions { OtherBuilds = new Dictionary<int, string> { [1] = next.Assembly } };
        await using var stack = await Stack.StartAsync(options, Repository.Find(), new Progress<string>(), patience.Token);
        await using var run = new ProofRun(new RunOptions
        {
            Endpoint = stack.Endpoint,
            Instances = options.Instances,
            TokenOf = user => fixture.TokenOf(user),
            HistoryFolder = folder.Path,
            Messages = 300,
            Subscribers = 6,
            FinishWithin = StackFixture.Patience,
        });
        await run.StartAsync(patience.Token);

        var publishing = run.PublishAsync(patience.Token);
        await run.HalfWay.WaitAsync(patience.Token);
        // What the next version has written is now the old one's to read, and the other way round after its return.
        await stack.KillFunctionsAsync(1);
        await stack.RestartFunctionsAsync(1, patience.Token);
        await stack.KillFunctionsAsync(0);
        await stack.RestartFunctionsAsync(0, patience.Token);
        await publishing;
        var report = await run.FinishAsync(patience.Token);

        Assert.True(report.Verdict.Holds && report.InTime, string.Join(Environment.NewLine, report.Verdict.Findings));
        Assert.Equal(300, report.Verdict.Acknowledged);
    }
}

using ServerlessGateway.Proof.Run;

namespace ServerlessGateway.EndToEnd.Tests;

[Collection(StackCollection.Name)]
public sealed class ProofTests(StackFixture fixture)
{
    [Fact]
    public async Task Nothing_is_lost_through_a_killed_process_cut_sockets_and_a_client_that_comes_back_elsewhere()
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        using var folder = new TemporaryFolder();
        await using var run = new ProofRun(OptionsOf("a", folder.Path, 400));
        await run.StartAsync(patience.Token);

        var publishing = run.PublishAsync(patience.Token);
        await run.HalfWay.WaitAsync(patience.Token);
        var returning = run.LeaveAndReturnAsync(run.SubscriberNames[2], TimeSpan.FromSeconds(1), patience.Token);
        await fixture.Stack.KillFunctionsAsync(0);
        foreach (var instance in fixture.Stack.Instances.Keys)
        {
            foreach (var user in run.SubscriberNames.Take(2))
            {
                await fixture.Faults.AddToInstanceAsync(instance, new { kind = "dropConnection", target = new { user } }, patience.Token);
            }
        }

        await fixture.Stack.RestartFunctionsAsync(0, patience.Token);
        await Task.WhenAll(publishing, returning);
        var report = await run.FinishAsync(patience.Token);

        Assert.True(report.Verdict.Holds && report.InTime, string.Join(Environment.NewLine, report.Verdict.Findings));
        Assert.Equal(400, report.Verdict.Acknowledged);
        Assert.True(report.Verdict.Expected > 400 && report.Verdict.Expected == report.Verdict.Delivered);
        Assert.Equal(2, report.Resumes.Count(resume => resume.How == "same client"));
        var back = Assert.Single(report.Resumes, resume => resume.How == "new client");
        Assert.NotEqual(back.From, back.To);
    }

    [Theory]
    [InlineData(PlantedFault.Lost)]
    [InlineData(PlantedFault.Doubled)]
    [InlineData(PlantedFault.Misordered)]
    [InlineData(PlantedFault.Corrupted)]
    public async Task A_fault_planted_on_purpose_makes_the_judge_fail(PlantedFault fault)
    {
        using var patience = new CancellationTokenSource(StackFixture.Patience);
        using var folder = new TemporaryFolder();
        await using var run = new ProofRun(OptionsOf($"plant-{fault}", folder.Path, 60) with { Plant = fault, Subscribers = 2, Publishers = 2 });
        await run.StartAsync(patience.Token);
        await run.PublishAsync(patience.Token);

        var verdict = (await run.FinishAsync(patience.Token)).Verdict;

        Assert.False(verdict.Holds);
        Assert.True(
            fault switch
            {
                PlantedFault.Lost => verdict.Lost > 0,
                PlantedFault.Doubled => verdict.Duplicated > 0,
                PlantedFault.Misordered => verdict.Misordered > 0,
                _ => verdict.Corrupted > 0,
            },
            $"{fault} was not found as what it is: {string.Join(' ', verdict.Findings)}");
    }

    private RunOptions OptionsOf(string run, string folder, int messages) => new()
    {
        Endpoint = fixture.Stack.Endpoint,
        Instances = fixture.Stack.Options.Instances,
        TokenOf = user => fixture.TokenOf(user),
        HistoryFolder = folder,
        Messages = messages,
        Channels = [$"orders:{run}-1", $"orders:{run}-2", $"news:{run}-1", $"news:{run}-2"],
        Answers = new Dictionary<string, string> { [$"replies:{run}-1"] = $"orders:{run}-1", [$"replies:{run}-2"] = $"orders:{run}-2" },
        FinishWithin = StackFixture.Patience,
    };
}

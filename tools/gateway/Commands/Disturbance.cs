using ServerlessGateway.LocalCloud;
using ServerlessGateway.LocalCloud.Faults;
using ServerlessGateway.Proof.Run;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>What strikes half way: a Functions process dies, two sockets are cut, a subscriber leaves and comes back elsewhere.</summary>
internal sealed class Disturbance(Stack stack, ProofRun run, StackFaults faults, IProgress<string> progress)
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(3);

    public async Task StrikeAsync(CancellationToken cancellationToken)
    {
        await run.HalfWay.WaitAsync(cancellationToken);
        var names = run.SubscriberNames;
        progress.Report($"half way: kill -9 of {stack.Functions[0].Name}, cutting the sockets of {names[0]} and {names[1]}, {names[2]} leaves");
        var returning = run.LeaveAndReturnAsync(names[2], Away, cancellationToken);
        await stack.KillFunctionsAsync(0);
        await CutAsync(names[0], names[1], cancellationToken);
        await stack.RestartFunctionsAsync(0, cancellationToken);
        progress.Report($"{stack.Functions[0].Name} is back");
        await returning;
        progress.Report($"{names[2]} is back in a new client, on another instance, with its position");
    }

    /// <summary>Cuts users' sockets at TCP level, without a closing handshake, on whichever instance holds them.</summary>
    private async Task CutAsync(string first, string second, CancellationToken cancellationToken)
    {
        foreach (var instance in stack.Instances.Keys)
        {
            var rules = ((string[])[first, second]).Select(user => new { kind = "dropConnection", target = new { user } });
            await faults.AddToInstanceAsync(instance, new { rules }, cancellationToken);
        }
    }
}

using ServerlessGateway.Simulation.Tests.Machine;

namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>Decides from the seed what goes wrong, at every call that leaves a process, until the storm is over.</summary>
internal sealed class Chaos(int seed, SimulationLoop loop)
{
    private const double Crash = 0.02;
    private const double Fail = 0.05;
    private const double Slow = 0.04;
    private const double Stall = 0.008;

    /// <summary>The run's randomness.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>True when nothing goes wrong any more.</summary>
    public bool IsOver { get; set; }

    /// <summary>True with the probability given, while the storm lasts.</summary>
    public bool Happens(double probability) => !IsOver && Random.NextDouble() < probability;

    /// <summary>A time between two, in milliseconds.</summary>
    public TimeSpan Between(int from, int to) => TimeSpan.FromMilliseconds(Random.Next(from, to));

    /// <summary>
    /// Makes a call that leaves the process: it takes its time, the process may die before it was done or after, and the caller may be left without
    /// an answer in both cases. A caller that gives up does not stop what is under way.
    /// </summary>
    /// <param name="process">Who calls.</param>
    /// <param name="name">What, for the trace.</param>
    /// <param name="call">Does it, at once.</param>
    /// <param name="unknown">What the caller is told instead of an exception where the outcome is unknown.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    public Task<T> CallAsync<T>(
        SimulatedProcess process, string name, Func<Task<T>> call, Func<T>? unknown = null, CancellationToken cancellationToken = default) =>
        RunAsync(process, name, call, unknown).WaitAsync(cancellationToken);

    private async Task<T> RunAsync<T>(SimulatedProcess process, string name, Func<Task<T>> call, Func<T>? unknown)
    {
        await MisfortuneAsync(process, name);
        if (Happens(Fail / 2))
        {
            return Lose(process, $"{name} is lost", unknown);
        }

        var result = await call();
        loop.Trace($"{process.Name} {name}: {result}");
        await MisfortuneAsync(process, name);
        return Happens(Fail / 2) ? Lose(process, $"the answer to {name} is lost", unknown) : result;
    }

    private T Lose<T>(SimulatedProcess process, string what, Func<T>? unknown)
    {
        loop.Trace($"{process.Name}: {what}");
        return unknown is null ? throw new IOException(what) : unknown();
    }

    private async Task MisfortuneAsync(SimulatedProcess process, string name)
    {
        var wait = Happens(Stall) ? Between(10_000, 70_000) : Happens(Slow) ? Between(500, 6_000) : Between(1, 40);
        await Task.Delay(wait, process.Time);
        if (Happens(Crash / 2))
        {
            loop.Trace($"{process.Name} dies at {name}");
            process.Kill();
            await new TaskCompletionSource().Task;
        }
    }
}

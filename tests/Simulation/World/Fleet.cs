namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>Two processes that sequence and two that serve clients. One that dies is followed by a new one, as the platform does it.</summary>
internal sealed class Fleet
{
    private readonly SimulatedWorld _world;
    private readonly GatewayProcess[] _fronts = new GatewayProcess[2];
    private int _lives;

    public Fleet(SimulatedWorld world)
    {
        _world = world;
        for (var at = 0; at < _fronts.Length; at++)
        {
            StartFront(at);
            StartSequencer(at);
        }
    }

    /// <summary>Where a client's request lands.</summary>
    public GatewayProcess Front(int at) => _fronts[at % _fronts.Length];

    private void StartFront(int at)
    {
        _fronts[at] = new GatewayProcess(_world, $"front{at}.{++_lives}");
        _fronts[at].Process.Ended = () => Later(() => StartFront(at));
    }

    private void StartSequencer(int at)
    {
        var gateway = new GatewayProcess(_world, $"sequencer{at}.{++_lives}");
        gateway.Process.Ended = () => Later(() => StartSequencer(at));
        new SequencerHost(_world, gateway).Start();
    }

    private void Later(Action start) => _world.Loop.At(_world.Loop.Now + _world.Chaos.Between(300, 6_000), start);
}

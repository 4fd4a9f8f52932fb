using ServerlessGateway.Channels.Log;

namespace ServerlessGateway.Simulation.Tests.Mutants;

/// <summary>A planted bug: a decorator around a seam, or a rule that one of the models breaks. The simulation has to find each.</summary>
internal sealed record Mutant
{
    /// <summary>Nothing is planted.</summary>
    public static Mutant None { get; } = new();

    /// <summary>Puts a decorator around the log.</summary>
    public Func<IChannelLog, IChannelLog> Log { get; init; } = log => log;

    /// <summary>Rule S5 broken: the trigger completes a message before it is handled.</summary>
    public bool CompletesFirst { get; init; }

    /// <summary>Rule P2 broken: a publisher sends what is newer while something older was answered <c>retry</c>.</summary>
    public bool OvertakesRetries { get; init; }
}

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>What the exit status says, the same for every command.</summary>
internal static class ExitCodes
{
    /// <summary>All is well.</summary>
    public const int Success = 0;

    /// <summary>It ran, and the answer is bad: the proof failed, a publication was refused, a prerequisite is missing.</summary>
    public const int Failed = 1;

    /// <summary>It could not run: wrong arguments, nothing to talk to, a part did not start.</summary>
    public const int CouldNotRun = 2;

    /// <summary>Ended by Ctrl-C, as shells report it.</summary>
    public const int Interrupted = 130;
}

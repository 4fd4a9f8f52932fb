namespace ServerlessGateway.Instances;

/// <summary>What the prober does next, decided by an instance's row alone: pure.</summary>
internal abstract record RepairStep
{
    /// <summary>The longest pause between two probes.</summary>
    public static readonly TimeSpan LongestProbePause = TimeSpan.FromSeconds(30);

    /// <summary>
    /// 10 s per 1,000 connections: so many checks a second as one unit's handlers can take beside their work.
    /// </summary>
    public static readonly TimeSpan WindowPerUnit = TimeSpan.FromSeconds(10);

    /// <summary>15 minutes: throttling that goes on beyond has another cause than checks.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(15);

    /// <summary>Nothing is to be made good.</summary>
    public sealed record Finish : RepairStep;

    /// <summary>Find out whether the instance takes sends.</summary>
    public sealed record Probe : RepairStep;

    /// <summary>Too early.</summary>
    public sealed record Wait(TimeSpan For) : RepairStep;

    /// <summary>Tell its clients to check.</summary>
    public sealed record Check(TimeSpan Window) : RepairStep;

    /// <summary>The next step.</summary>
    public static RepairStep Of(RepairState state, int weight, DateTimeOffset now)
    {
        if (!state.IsWanted)
        {
            return new Finish();
        }

        if (state.Skip || state.CheckDue is null)
        {
            return new Probe();
        }

        var window = WindowOf(state, weight, now);
        var due = state.CheckDue.Value;
        var afterLast = state.CheckedAt + state.Window;
        var earliest = due > afterLast ? due : afterLast;
        return earliest > now ? new Wait(earliest - now) : new Check(window);
    }

    /// <summary>
    /// The instance answered: everything wanted so far is made good by a check, once nobody skips it any more.
    /// </summary>
    public static RepairState Answered(RepairState state, DateTimeOffset now) =>
        state with { Skip = false, Failures = 0, Answered = state.Wanted, CheckDue = now + InstanceHold.Settled };

    /// <summary>It did not answer.</summary>
    public static RepairState NotAnswered(RepairState state) => state with { Failures = state.Failures + 1 };

    /// <summary>The check was sent.</summary>
    public static RepairState Checked(RepairState state, TimeSpan window, DateTimeOffset now) =>
        state with { Done = state.Answered, CheckDue = null, CheckedAt = now, Window = window, Throttled = false };

    /// <summary>The pause before the next probe: from 1 s on, doubled up to 30 s.</summary>
    public static TimeSpan ProbePause(int failures)
    {
        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Clamp(failures - 1, 0, 5)));
        return pause < LongestProbePause ? pause : LongestProbePause;
    }

    /// <summary>It grows with the connections; while checks themselves bring throttling it doubles.</summary>
    private static TimeSpan WindowOf(RepairState state, int weight, DateTimeOffset now)
    {
        var ordinary = WindowPerUnit * weight;
        var isRecurring = state.Throttled && state.Window > TimeSpan.Zero && now - state.CheckedAt < 3 * state.Window;
        var window = isRecurring ? 2 * state.Window : ordinary;
        return window < LongestWindow ? window : LongestWindow;
    }
}

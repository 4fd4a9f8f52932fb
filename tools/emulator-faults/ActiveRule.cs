namespace ServerlessGateway.Emulators.Faults;

/// <summary>
/// A rule in force. It decides by its own dice and counts alone: the same seed and the same sequence of occasions give
/// the same decisions, whatever other rules stand beside it. Any thread may ask.
/// </summary>
/// <param name="rule">What it was made of.</param>
public sealed class ActiveRule(FaultRule rule)
{
    private readonly Lock _gate = new();
    private SeededDice _dice = new(rule.Seed);
    private long _considered;
    private long _applied;

    /// <summary>What it was made of.</summary>
    public FaultRule Rule { get; } = rule;

    /// <summary>Whether it has struck as often as it may.</summary>
    public bool IsSpent
    {
        get
        {
            lock (_gate)
            {
                return _applied >= Rule.Count;
            }
        }
    }

    /// <summary>Puts an occasion before the rule: whether it strikes. An occasion of somebody else is none.</summary>
    public bool Strikes(FaultSubject subject)
    {
        if (!subject.IsIn(Rule.Target))
        {
            return false;
        }

        lock (_gate)
        {
            if (_applied >= Rule.Count || ++_considered <= Rule.After || _dice.Roll() >= Rule.Rate)
            {
                return false;
            }

            _applied++;
            return true;
        }
    }

    internal (long Considered, long Applied) Read()
    {
        lock (_gate)
        {
            return (_considered, _applied);
        }
    }
}

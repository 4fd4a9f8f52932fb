namespace ServerlessGateway.Emulators.Faults;

/// <summary>
/// The faults in force. Emulators ask it at named points whether something goes wrong; with no rule of the kind in force
/// the question costs one read. What it decides depends on the rules and the occasions alone; time only says when acts
/// strike and when what is late comes.
/// </summary>
public sealed class FaultEngine : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly LateLine _late;
    private readonly List<ITimer> _timers = [];
    private Task _acting = Task.CompletedTask;
    private ActiveRule[] _rules = [];
    private volatile Dictionary<FaultKind, ActiveRule[]>? _byKind;

    /// <summary>Makes an engine without faults.</summary>
    public FaultEngine(TimeProvider time)
    {
        _time = time;
        _late = new LateLine(time);
    }

    /// <summary>
    /// Carries out an act: asks the rule about each thing that is there, in a fixed order, and strikes where it says so.
    /// </summary>
    public Func<ActiveRule, Task> Act { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether any rule is in force, spent or not.</summary>
    public bool HasRules => _byKind is not null;

    /// <summary>Whether a rule of the kind is in force, spent or not.</summary>
    public bool IsArmed(FaultKind kind) => _byKind?.ContainsKey(kind) == true;

    /// <summary>
    /// Puts an occasion before all rules of a kind and returns the first that strikes. All are asked, also behind one
    /// that strikes: none may depend on the others.
    /// </summary>
    public FaultRule? Strike(FaultKind kind, FaultSubject subject)
    {
        FaultRule? first = null;
        if (_byKind is { } byKind && byKind.TryGetValue(kind, out var rules))
        {
            foreach (var rule in rules)
            {
                if (rule.Strikes(subject))
                {
                    first ??= rule.Rule;
                }
            }
        }

        return first;
    }

    /// <summary>Lets a plan take the place of what is in force; done when acts without delay have struck.</summary>
    public Task ReplaceAsync(FaultPlan plan) => PutAsync(plan, keep: false);

    /// <summary>
    /// Adds a plan to what is in force. Where there would be too many, rules that are spent leave; where there would still
    /// be too many, an exception says so.
    /// </summary>
    /// <exception cref="FaultPlanException">There would be too many rules.</exception>
    public Task AddAsync(FaultPlan plan) => PutAsync(plan, keep: true);

    /// <summary>Ends all faults. What is late comes now.</summary>
    public void Clear() => Put([], keep: false);

    /// <summary>What is in force and what became of it, in the order in which it was put.</summary>
    public IReadOnlyList<RuleReport> Report()
    {
        lock (_gate)
        {
            return [.. _rules.Select(RuleReport.Of)];
        }
    }

    /// <summary>
    /// Has something done later. It is done at once when the faults change, and where too much waits already.
    /// </summary>
    public void Later(TimeSpan delay, Action action) => _late.Add(delay, action);

    /// <summary>A task that ends later, in the same way, or is cancelled.</summary>
    public Task LaterAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Later(delay, waiting.SetResult);
        return waiting.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Ends all faults, and waits for acts under way.</summary>
    public async ValueTask DisposeAsync()
    {
        Clear();
        await _acting;
        await _late.DisposeAsync();
    }

    private async Task PutAsync(FaultPlan plan, bool keep)
    {
        foreach (var rule in Put([.. plan.Rules.Select(rule => new ActiveRule(rule))], keep))
        {
            await Act(rule);
        }
    }

    /// <summary>Puts rules in force, and returns the acts that are due at once.</summary>
    private List<ActiveRule> Put(ActiveRule[] added, bool keep)
    {
        List<ActiveRule> due;
        lock (_gate)
        {
            var kept = keep ? _rules : [];
            if (kept.Length + added.Length > FaultPlan.MaxRules)
            {
                kept = [.. kept.Where(rule => !rule.IsSpent)];
            }

            if (kept.Length + added.Length > FaultPlan.MaxRules)
            {
                throw new FaultPlanException(
                    "OutOfRange", "rules", $"{kept.Length + added.Length} in force", $"up to {FaultPlan.MaxRules} are allowed");
            }

            if (!keep)
            {
                _timers.ForEach(timer => timer.Dispose());
                _timers.Clear();
            }

            _rules = [.. kept, .. added];
            _byKind = _rules.Length == 0
                ? null
                : _rules.GroupBy(rule => rule.Rule.Kind).ToDictionary(group => group.Key, group => group.ToArray());
            due = Schedule(added);
        }

        if (!keep)
        {
            _late.Flush();
        }

        return due;
    }

    private List<ActiveRule> Schedule(ActiveRule[] added)
    {
        List<ActiveRule> due = [];
        foreach (var rule in added.Where(rule => rule.Rule.Kind.IsAct))
        {
            var period = rule.Rule.Every ?? Timeout.InfiniteTimeSpan;
            if (rule.Rule.Delay == TimeSpan.Zero)
            {
                due.Add(rule);
            }

            if (rule.Rule.Delay > TimeSpan.Zero || rule.Rule.Every is not null)
            {
                var first = rule.Rule.Delay > TimeSpan.Zero ? rule.Rule.Delay : period;
                _timers.Add(_time.CreateTimer(_ => Begin(rule), null, first, period));
            }
        }

        return due;
    }

    private void Begin(ActiveRule rule)
    {
        lock (_gate)
        {
            // A timer may fire once more beside the change that stops it.
            if (!_rules.Contains(rule) || rule.IsSpent)
            {
                return;
            }
        }

        var act = Act(rule);
        lock (_gate)
        {
            _acting = Task.WhenAll(_acting, act);
        }
    }
}

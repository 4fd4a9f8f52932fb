using System.Buffers;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// The rules of a subscription: those configured, and over them what was changed at run time. Only the changes are
/// written, so that a rule new in the configuration takes effect and one that somebody removed stays away. A
/// subscription configured without rules has one that takes everything, <c>$Default</c>; it can be removed like any
/// other, and a subscription without any rule takes nothing. Names are the same in any case.
/// </summary>
public sealed class SubscriptionRules
{
    private const int MaxNameCharacters = 50;

    /// <summary>Characters that no name of a rule may have, as in the service.</summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("@?#*/\\");

    private readonly BrokerKernel _kernel;
    private readonly string _address;
    private readonly RuleQuota _quota;
    private readonly HashSet<string> _configured;
    private readonly List<RuleDefinition> _rules = [];

    /// <summary>Rules that were added at run time, and with null those configured that were removed.</summary>
    private readonly OrderedDictionary<string, RuleDefinition?> _changes = new(StringComparer.OrdinalIgnoreCase);

    internal SubscriptionRules(
        BrokerKernel kernel, string address, IReadOnlyList<RuleDefinition> configured, RuleQuota quota)
    {
        _kernel = kernel;
        _address = address;
        _quota = quota;
        IReadOnlyList<RuleDefinition> rules = configured.Count > 0 ? configured : [RuleDefinition.Default];
        _configured = new HashSet<string>(rules.Select(rule => rule.Name), StringComparer.OrdinalIgnoreCase);
        foreach (var rule in rules)
        {
            Put(rule);
        }
    }

    /// <summary>
    /// Adds a rule; it counts for every message that is accepted from then on. Done when durable; null means success.
    /// Errors: AlreadyExists, ArgumentError, ArgumentOutOfRange, QuotaExceeded.
    /// </summary>
    public Task<BrokerError?> AddAsync(RuleDefinition rule)
    {
        using var scope = _kernel.Enter();
        if ((_kernel.Ended ?? FindError(rule)) is { } error)
        {
            return Completed.With(error);
        }

        Restore(rule);
        var operation = new Operation();
        operation.Add(new BrokerRecord.RuleAdded(_address, rule));
        return _kernel.CommitAsync(operation);
    }

    /// <summary>Removes a rule (NotFound). What it let in stays. Done when durable; null means success.</summary>
    public Task<BrokerError?> RemoveAsync(string name)
    {
        using var scope = _kernel.Enter();
        if (_kernel.Ended is { } ended)
        {
            return Completed.With(ended);
        }

        if (IndexOf(name) < 0)
        {
            return Completed.With(new BrokerError(
                BrokerErrorCode.NotFound, $"The messaging entity '{_address}/Rules/{name}' could not be found."));
        }

        Forget(name);
        var operation = new Operation();
        operation.Add(new BrokerRecord.RuleRemoved(_address, name));
        return _kernel.CommitAsync(operation);
    }

    /// <summary>The rules in the order in which they came, the configured ones first.</summary>
    public IReadOnlyList<RuleDefinition> List(int skip, int top)
    {
        using var scope = _kernel.Enter();
        return [.. _rules.Skip(skip).Take(top)];
    }

    internal bool IsMatch(FilterSubject subject) => FilterEvaluator.IsMatch(_rules, subject);

    /// <summary>Adds a rule, or puts it in the place of one of its name, without a record.</summary>
    internal void Restore(RuleDefinition rule)
    {
        Take(rule.Name);
        Put(rule);
        _changes.Remove(rule.Name);
        _changes.Add(rule.Name, rule);
    }

    /// <summary>Removes a rule, if it is there, without a record.</summary>
    internal void Forget(string name)
    {
        Take(name);
        _changes.Remove(name);
        if (_configured.Contains(name))
        {
            _changes.Add(name, null);
        }
    }

    /// <summary>What was changed, as records that change it again.</summary>
    internal IEnumerable<BrokerRecord> Capture() => _changes.Select(change => change.Value is { } added
        ? (BrokerRecord)new BrokerRecord.RuleAdded(_address, added)
        : new BrokerRecord.RuleRemoved(_address, change.Key));

    private BrokerError? FindError(RuleDefinition rule)
    {
        if (rule.Name.Length is 0 or > MaxNameCharacters)
        {
            return new BrokerError(
                BrokerErrorCode.ArgumentOutOfRange,
                $"The name of a rule has {rule.Name.Length} characters; 1 to {MaxNameCharacters} are allowed.");
        }

        if (rule.Name.AsSpan().ContainsAny(Forbidden))
        {
            return new BrokerError(
                BrokerErrorCode.ArgumentError, $"The name '{rule.Name}' has one of the characters @ ? # * / \\.");
        }

        if (IndexOf(rule.Name) >= 0)
        {
            return new BrokerError(
                BrokerErrorCode.AlreadyExists, $"The messaging entity '{_address}/Rules/{rule.Name}' already exists.");
        }

        if (rule.Filter is MessageFilter.Correlation { Properties: var properties }
            && PropertyValue.FindError(properties) is { } error)
        {
            return error;
        }

        return _quota.FindError(rule.Filter) ?? (_kernel.TotalQuota.HasRoomFor(rule.MemoryBytes)
            ? null
            : new BrokerError(BrokerErrorCode.QuotaExceeded, "The broker has no memory for another rule."));
    }

    private void Put(RuleDefinition rule)
    {
        _rules.Add(rule);
        _quota.Change(rule.Filter, 1);
        _kernel.TotalQuota.Change(rule.MemoryBytes);
    }

    private void Take(string name)
    {
        var index = IndexOf(name);
        if (index >= 0)
        {
            _quota.Change(_rules[index].Filter, -1);
            _kernel.TotalQuota.Change(-_rules[index].MemoryBytes);
            _rules.RemoveAt(index);
        }
    }

    private int IndexOf(string name) =>
        _rules.FindIndex(rule => rule.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

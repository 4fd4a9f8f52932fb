using System.Text.Json.Serialization;

namespace ServerlessGateway.Emulators.Faults;

/// <summary>A rule in force as <c>GET /faults</c> gives it: what it says, and what became of it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Target">Whom it strikes.</param>
/// <param name="Count">How often it may strike; null for no end.</param>
/// <param name="Rate">On which share of occasions.</param>
/// <param name="After">How many occasions pass first.</param>
/// <param name="DelayMs">The delay, where the kind has one.</param>
/// <param name="EveryMs">For acts that repeat.</param>
/// <param name="Status">The HTTP status, where the kind has one.</param>
/// <param name="RetryAfterSeconds">What an answer says in <c>Retry-After</c>.</param>
/// <param name="Seed">What its decisions come from.</param>
/// <param name="Considered">Occasions that it was asked about.</param>
/// <param name="Applied">Occasions on which it struck.</param>
public sealed record RuleReport(
    string Kind,
    IReadOnlyDictionary<string, string> Target,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Count,
    double Rate,
    long After,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? DelayMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? EveryMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RetryAfterSeconds,
    long Seed,
    long Considered,
    long Applied)
{
    internal static RuleReport Of(ActiveRule active)
    {
        var rule = active.Rule;
        var (considered, applied) = active.Read();
        return new RuleReport(
            rule.Kind.Name,
            rule.Target.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
            rule.Count,
            rule.Rate,
            rule.After,
            rule.Kind.Delay is null && !rule.Kind.IsAct ? null : (long)rule.Delay.TotalMilliseconds,
            (long?)rule.Every?.TotalMilliseconds,
            rule.Kind.Status is null ? null : rule.Status,
            rule.RetryAfterSeconds,
            rule.Seed,
            considered,
            applied);
    }
}

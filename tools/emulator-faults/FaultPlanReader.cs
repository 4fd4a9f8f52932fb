using System.Text.Json;

namespace ServerlessGateway.Emulators.Faults;

/// <summary>
/// Reads plans strictly: <c>{"seed": 7, "rules": [{"kind": …}, …]}</c>, or one rule alone. A rule without a seed gets one
/// from the plan's and from its place.
/// </summary>
/// <param name="kinds">The kinds that this emulator knows.</param>
public sealed class FaultPlanReader(IReadOnlyCollection<FaultKind> kinds)
{
    private const long DefaultSeed = 1;
    private const long MaxCount = 1_000_000_000;
    private const int MaxDelayMs = 600_000;
    private const int MinEveryMs = 10;
    private const int MaxEveryMs = 3_600_000;
    private const int MaxTargetLength = 1024;
    private const int MaxRetryAfterSeconds = 3_600;

    /// <summary>Reads a plan.</summary>
    /// <exception cref="FaultPlanException">It cannot be used.</exception>
    public FaultPlan Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            // The parser's own message quotes what it met, which may be long and of several lines.
            throw new FaultPlanException(
                "NotJson", "The plan", "no JSON", $"see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            // JSON may escape half a character, which the parser tells apart only when the text is asked for.
            throw new FaultPlanException("NotJson", "The plan", "no Unicode", "every key and text must be");
        }
    }

    private FaultPlan Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("kind", out _))
        {
            return new FaultPlan([ReadRule(new PlanObject("rule", root), DefaultSeed, 0)]);
        }

        var plan = new PlanObject("plan", root);
        plan.Allow("seed", "rules");
        var seed = plan.Whole("seed", long.MinValue, long.MaxValue) ?? DefaultSeed;
        var rules = plan.Items("rules", FaultPlan.MaxRules);
        return new FaultPlan([.. rules.Select((rule, index) => ReadRule(new PlanObject($"rules[{index}]", rule), seed, index))]);
    }

    private FaultRule ReadRule(PlanObject rule, long planSeed, int index)
    {
        var name = rule.Text("kind", MaxTargetLength)
            ?? throw new FaultPlanException("Missing", rule.At("kind"), null, Known(kinds.Select(known => known.Name)));
        var kind = kinds.FirstOrDefault(known => known.Name == name)
            ?? throw new FaultPlanException("UnknownKind", rule.At("kind"), name, Known(kinds.Select(known => known.Name)));
        rule.Allow([.. KeysOf(kind)]);
        return new FaultRule(kind)
        {
            Target = ReadTarget(rule, kind),
            Count = rule.Whole("count", 1, MaxCount),
            Rate = rule.Share("rate") ?? 1,
            After = rule.Whole("after", 0, MaxCount) ?? 0,
            Delay = Milliseconds(rule.Whole("delayMs", 0, MaxDelayMs)) ?? kind.Delay ?? TimeSpan.Zero,
            Every = Milliseconds(rule.Whole("everyMs", MinEveryMs, MaxEveryMs)),
            Status = (int)(rule.Whole("status", 400, 599) ?? kind.Status ?? 0),
            RetryAfterSeconds = (int?)rule.Whole("retryAfterSeconds", 0, MaxRetryAfterSeconds),
            Seed = rule.Whole("seed", long.MinValue, long.MaxValue) ?? SeededDice.Derive(planSeed, index),
        };
    }

    private static IEnumerable<string> KeysOf(FaultKind kind)
    {
        string[] always = ["kind", "target", "count", "rate", "after", "seed"];
        return always
            .Concat(kind.Delay is null && !kind.IsAct ? [] : ["delayMs"])
            .Concat(kind.IsAct ? ["everyMs"] : [])
            .Concat(kind.Status is null ? [] : ["status", "retryAfterSeconds"]);
    }

    private static Dictionary<string, FaultPattern> ReadTarget(PlanObject rule, FaultKind kind)
    {
        if (rule.Inner("target") is not { } target)
        {
            return [];
        }

        target.Allow([.. kind.Targets.Select(key => key.Name)]);
        var read = new Dictionary<string, FaultPattern>(StringComparer.Ordinal);
        foreach (var key in kind.Targets)
        {
            if (target.Text(key.Name, MaxTargetLength) is not { } text)
            {
                continue;
            }

            if (key.Values is { } values && !values.Contains(text, StringComparer.Ordinal))
            {
                throw new FaultPlanException("OutOfRange", target.At(key.Name), text, Known(values));
            }

            read.Add(key.Name, new FaultPattern(text, key.IgnoresCase));
        }

        return read;
    }

    private static TimeSpan? Milliseconds(long? value) => value is { } number ? TimeSpan.FromMilliseconds(number) : null;

    private static string Known(IEnumerable<string> names) => $"known are {string.Join(", ", names)}";
}

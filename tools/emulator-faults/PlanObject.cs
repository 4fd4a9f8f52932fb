using System.Text.Json;

namespace ServerlessGateway.Emulators.Faults;

/// <summary>An object in a plan, read strictly: a key that nobody asks for, or twice the same, is an error.</summary>
internal sealed class PlanObject
{
    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);

    public PlanObject(string path, JsonElement element)
    {
        _path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FaultPlanException("WrongType", path, Shown(element), "it must be an object");
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!_members.TryAdd(member.Name, member.Value))
            {
                throw new FaultPlanException("Duplicate", At(member.Name), "there twice", "it may be named once");
            }
        }
    }

    public string At(string key) => $"{_path}.{key}";

    public void Allow(params string[] keys)
    {
        foreach (var name in _members.Keys.Where(name => !keys.Contains(name, StringComparer.Ordinal)))
        {
            var known = keys.Length == 0 ? "no key is known here" : $"known are {string.Join(", ", keys)}";
            throw new FaultPlanException("UnknownKey", At(name), "not known", known);
        }
    }

    public string? Text(string key, int maxLength)
    {
        if (!_members.TryGetValue(key, out var element))
        {
            return null;
        }

        var text = element.ValueKind == JsonValueKind.String
            ? element.GetString()!
            : throw new FaultPlanException("WrongType", At(key), Shown(element), "it must be a string");
        return text.Length is > 0 && text.Length <= maxLength
            ? text
            : throw new FaultPlanException(
                "OutOfRange", At(key), $"{text.Length} characters long", $"1 to {maxLength} are allowed");
    }

    public long? Whole(string key, long min, long max)
    {
        if (!_members.TryGetValue(key, out var element))
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out var number))
        {
            throw new FaultPlanException("WrongType", At(key), Shown(element), "it must be a whole number");
        }

        return number >= min && number <= max
            ? number
            : throw new FaultPlanException("OutOfRange", At(key), Shown(element), $"{min} to {max} is allowed");
    }

    public double? Share(string key)
    {
        if (!_members.TryGetValue(key, out var element))
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.Number)
        {
            throw new FaultPlanException("WrongType", At(key), Shown(element), "it must be a number");
        }

        return element.GetDouble() is var number and >= 0 and <= 1
            ? number
            : throw new FaultPlanException("OutOfRange", At(key), Shown(element), "0 to 1 is allowed");
    }

    public PlanObject? Inner(string key) =>
        _members.TryGetValue(key, out var element) ? new PlanObject(At(key), element) : null;

    public IReadOnlyList<JsonElement> Items(string key, int max)
    {
        if (!_members.TryGetValue(key, out var element))
        {
            throw new FaultPlanException("Missing", At(key), null, "it must be a list of rules");
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new FaultPlanException("WrongType", At(key), Shown(element), "it must be a list of rules");
        }

        return element.GetArrayLength() <= max
            ? [.. element.EnumerateArray()]
            : throw new FaultPlanException(
                "OutOfRange", At(key), $"{element.GetArrayLength()} rules long", $"up to {max} are allowed");
    }

    /// <summary>The value as written, cut where it is long: it goes into a message of one line.</summary>
    private static string Shown(JsonElement element)
    {
        const int longest = 60;
        var text = element.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= longest ? text : $"{text[..longest]}…";
    }
}

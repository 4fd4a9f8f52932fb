using System.Text.Json;
using System.Xml;

namespace ServerlessGateway.ServiceBusEmulator.Configuration;

/// <summary>
/// One object of the configuration. Keys are taken one by one; what is left at <see cref="End"/> is unknown. A
/// value that is wrong is reported and read as its default, so that reading goes on without exceptions.
/// </summary>
internal sealed class ConfigurationSection
{
    private const int ShownCharacters = 60;

    private readonly Dictionary<string, (string Key, JsonElement Value)> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConfigurationErrors _errors;
    private readonly string _path;

    internal ConfigurationSection(JsonElement element, string path, ConfigurationErrors errors)
    {
        _path = path;
        _errors = errors;
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path, $"{Show(element)} is not an object.");
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (!_values.TryAdd(property.Name, (property.Name, property.Value)))
            {
                errors.Add($"{path}.{property.Name}", "the key is given twice.");
            }
        }
    }

    private ConfigurationSection(string path, ConfigurationErrors errors)
    {
        _path = path;
        _errors = errors;
    }

    /// <summary>Reports a value with what is permitted.</summary>
    internal void Fail(string key, object? value, string permitted) =>
        _errors.Add($"{_path}.{key}", $"the value {value} is not permitted; permitted: {permitted}.");

    internal void Fail(string key, string what) => _errors.Add($"{_path}.{key}", what);

    internal ConfigurationSection Section(string key, bool isRequired)
    {
        if (TryTake(key, out var value, out var path))
        {
            return new ConfigurationSection(value, path, _errors);
        }

        if (isRequired)
        {
            _errors.Add(path, "the key is missing.");
        }

        return new ConfigurationSection(path, _errors);
    }

    internal IReadOnlyList<ConfigurationSection> Sections(string key)
    {
        if (!TryTake(key, out var value, out var path) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            _errors.Add(path, $"{Show(value)} is not a list.");
            return [];
        }

        return
        [
            .. value.EnumerateArray().Select((element, index) =>
                new ConfigurationSection(element, $"{path}[{index}]", _errors)),
        ];
    }

    internal string? Text(string key, int maxCharacters, bool isRequired)
    {
        if (!TryTake(key, out var value, out var path))
        {
            if (isRequired)
            {
                _errors.Add(path, "the key is missing.");
            }

            return null;
        }

        var isText = value.ValueKind is JsonValueKind.String or JsonValueKind.Null;
        var text = isText ? value.GetString() : null;
        if (!isText || text?.Length > maxCharacters || (isRequired && string.IsNullOrEmpty(text)))
        {
            Fail(key, Show(value), $"a text of {(isRequired ? 1 : 0)} to {maxCharacters} characters");
            return null;
        }

        return text;
    }

    internal bool Flag(string key, bool otherwise)
    {
        if (!TryTake(key, out var value, out _))
        {
            return otherwise;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Fail(key, Show(value), "true or false");
            return otherwise;
        }

        return value.GetBoolean();
    }

    internal int Number(string key, int otherwise, int from, int to)
    {
        if (!TryTake(key, out var value, out _))
        {
            return otherwise;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= from && number <= to)
        {
            return number;
        }

        Fail(key, Show(value), $"{from} to {to}");
        return otherwise;
    }

    internal TimeSpan Duration(string key, TimeSpan otherwise, TimeSpan from, TimeSpan to)
    {
        if (!TryTake(key, out var value, out _))
        {
            return otherwise;
        }

        if (value.ValueKind == JsonValueKind.String
            && TryParseDuration(value.GetString()!, out var duration) && duration >= from && duration <= to)
        {
            return duration;
        }

        Fail(key, Show(value), $"{XmlConvert.ToString(from)} to {XmlConvert.ToString(to)}");
        return otherwise;
    }

    /// <summary>The keys of an object whose keys are the user's own.</summary>
    internal IReadOnlyDictionary<string, object?> Values()
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in _values.Values)
        {
            if (TryReadScalar(value, out var scalar))
            {
                values[key] = scalar;
            }
            else
            {
                Fail(key, Show(value), "a text, a number, true, false or null");
            }
        }

        _values.Clear();
        return values;
    }

    /// <summary>Takes a key of Microsoft's that has no effect here, and says so.</summary>
    internal void Refuse(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (TryTake(key, out _, out var path))
            {
                _errors.Add(path, $"not supported: {key}.");
            }
        }
    }

    /// <summary>Reports the keys that nobody took.</summary>
    internal void End()
    {
        foreach (var (key, _) in _values.Values)
        {
            _errors.Add($"{_path}.{key}", "the key is unknown.");
        }
    }

    private static bool TryParseDuration(string text, out TimeSpan duration)
    {
        try
        {
            duration = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (Exception failure) when (failure is FormatException or OverflowException)
        {
            // There is no TryParse for ISO 8601 durations.
            duration = default;
            return false;
        }
    }

    private static bool TryReadScalar(JsonElement value, out object? scalar)
    {
        scalar = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
            _ => null,
        };
        return scalar is not null || value.ValueKind == JsonValueKind.Null;
    }

    private static string Show(JsonElement value)
    {
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= ShownCharacters ? text : string.Concat(text.AsSpan(0, ShownCharacters), "…");
    }

    private bool TryTake(string key, out JsonElement value, out string path)
    {
        path = $"{_path}.{key}";
        if (!_values.Remove(key, out var found))
        {
            value = default;
            return false;
        }

        value = found.Value;
        return true;
    }
}

using System.Collections;

namespace ServerlessGateway.Emulators.Faults;

/// <summary>
/// Whom an occasion concerns, by the keys of targets. A key may have several values (the entities of a connection): then
/// one of them has to match. A null value is left out.
/// </summary>
public sealed class FaultSubject : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _values = [];

    /// <summary>Adds a value.</summary>
    public void Add(string key, string? value)
    {
        if (value is not null)
        {
            _values.Add(new KeyValuePair<string, string>(key, value));
        }
    }

    /// <summary>Whether all that a target names is here.</summary>
    public bool IsIn(IReadOnlyDictionary<string, FaultPattern> target)
    {
        foreach (var (key, pattern) in target)
        {
            if (!_values.Exists(value => value.Key == key && pattern.Matches(value.Value)))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

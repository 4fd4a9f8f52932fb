using Amqp.Types;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>Values between the wire and the broker, which knows plain .NET types only.</summary>
internal static class PropertyValues
{
    /// <summary>
    /// Copies a map by enumerating it: maps of clients have strings for keys where the protocol says symbols, and the
    /// library's indexers throw on those. Values that the broker has no type for stay in the payload alone.
    /// </summary>
    public static Dictionary<string, object?> FromMap(Map? map)
    {
        var properties = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (map is null)
        {
            return properties;
        }

        foreach (KeyValuePair<object, object> pair in map)
        {
            if (pair.Key.ToString() is { } name && TryFromWire(pair.Value, out var value))
            {
                properties[name] = value;
            }
        }

        return properties;
    }

    /// <summary>Finds a value whatever the type of its key.</summary>
    public static object? Find(Map? map, string name)
    {
        if (map is not null)
        {
            foreach (KeyValuePair<object, object> pair in map)
            {
                if (string.Equals(pair.Key.ToString(), name, StringComparison.Ordinal))
                {
                    return pair.Value;
                }
            }
        }

        return null;
    }

    /// <summary>A value of the broker in a type that the library encodes.</summary>
    public static object? ToWire(object? value) => value switch
    {
        DateTimeOffset time => time.UtcDateTime,
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        _ => value,
    };

    private static bool TryFromWire(object? value, out object? converted)
    {
        converted = value switch
        {
            Symbol symbol => symbol.ToString(),
            DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            _ => value,
        };
        return converted is null or string or bool or byte or sbyte or short or ushort or int or uint or long or ulong
            or float or double or char or Guid or DateTimeOffset or byte[];
    }
}

using System.Collections;
using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>The body of a management request. What is missing or of a wrong type ends the request with a 400.</summary>
internal sealed class ManagementArguments(Map body)
{
    public string Text(string name) => OptionalText(name) ?? throw Missing(name, "a string");

    public string? OptionalText(string name) => PropertyValues.Find(body, name) switch
    {
        null => null,
        string text => text,
        Symbol symbol => symbol.ToString(),
        _ => throw Missing(name, "a string"),
    };

    public long Number(string name) => OptionalNumber(name) ?? throw Missing(name, "a whole number");

    public long? OptionalNumber(string name) => PropertyValues.Find(body, name) switch
    {
        null => null,
        byte number => number,
        sbyte number => number,
        short number => number,
        ushort number => number,
        int number => number,
        uint number => number,
        long number => number,
        ulong and > long.MaxValue => throw Missing(name, "a smaller number"),
        ulong number => (long)number,
        _ => throw Missing(name, "a whole number"),
    };

    public DateTime? OptionalTime(string name) => PropertyValues.Find(body, name) as DateTime?;

    public byte[]? OptionalBytes(string name) => PropertyValues.Find(body, name) switch
    {
        null => null,
        byte[] bytes => bytes,
        _ => throw Missing(name, "binary"),
    };

    public bool Flag(string name) => PropertyValues.Find(body, name) is true;

    /// <summary>The arguments of a map inside; null when there is none.</summary>
    public ManagementArguments? Section(string name) =>
        OptionalMap(name) is { } map ? new ManagementArguments(map) : null;

    public Map? OptionalMap(string name) => PropertyValues.Find(body, name) as Map;

    /// <summary>A list or an array, at least one and at most <paramref name="max"/> items long.</summary>
    public IReadOnlyList<T> Items<T>(string name, int max)
    {
        var found = PropertyValues.Find(body, name) switch
        {
            T single => [single],
            IList list => list.OfType<T>().ToArray() is var items && items.Length == list.Count
                ? items
                : throw Missing(name, $"a list of {typeof(T).Name}"),
            _ => throw Missing(name, $"a list of {typeof(T).Name}"),
        };
        return found.Length > 0 && found.Length <= max
            ? found
            : throw ManagementRefusedException.BadRequest(
                $"'{name}' has {found.Length} items; 1 to {max} are allowed.");
    }

    /// <summary>0 settles at once (receive and delete), 1 is peek-lock.</summary>
    public ReceiveMode ReceiveMode(string name) =>
        OptionalNumber(name) is 0 ? Broker.ReceiveMode.ReceiveAndDelete : Broker.ReceiveMode.PeekLock;

    private static ManagementRefusedException Missing(string name, string expected) =>
        ManagementRefusedException.BadRequest($"'{name}' is missing or is not {expected}.");
}

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

/// <summary>The states that an answer gives to a connection: none yet, some, or cleared.</summary>
internal sealed class StateChanges
{
    private Dictionary<string, BinaryData>? _values = [];

    public IReadOnlyDictionary<string, BinaryData>? Values => _values;

    public void Set(string key, BinaryData value) => (_values ??= [])[key] = value;

    public void Clear() => _values = null;
}

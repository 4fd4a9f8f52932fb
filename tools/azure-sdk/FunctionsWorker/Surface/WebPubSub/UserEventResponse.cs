#nullable disable // As in the official package, which says nothing about null here.

using System.ComponentModel;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Answers a message; what it carries is delivered to the connection that sent it.</summary>
[DataContract]
public class UserEventResponse : WebPubSubEventResponse
{
    private readonly StateChanges _states = new();

    /// <summary>Answers with nothing.</summary>
    public UserEventResponse()
    {
    }

    /// <summary>Answers with bytes.</summary>
    public UserEventResponse(BinaryData data, WebPubSubDataType dataType)
    {
        Data = data;
        DataType = dataType;
    }

    /// <summary>Answers with text.</summary>
    public UserEventResponse(string data, WebPubSubDataType dataType = WebPubSubDataType.Text)
        : this(BinaryData.FromString(data), dataType)
    {
    }

    /// <summary>The states set so far; null after <see cref="ClearStates"/>.</summary>
    [JsonPropertyName("states")]
    [JsonConverter(typeof(ConnectionStatesJsonConverter))]
    public IReadOnlyDictionary<string, BinaryData> ConnectionStates => _states.Values;

    /// <summary>What is delivered.</summary>
    [JsonPropertyName("data")]
    public BinaryData Data { get; set; }

    /// <summary>What it consists of.</summary>
    [JsonPropertyName("dataType")]
    public WebPubSubDataType DataType { get; set; }

    /// <summary>Sets a state of the connection, written as JSON.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void SetState(string key, object value) => SetState(key, BinaryData.FromObjectAsJson(value));

    /// <summary>Sets a state of the connection.</summary>
    public void SetState(string key, BinaryData value) => _states.Set(key, value);

    /// <summary>Forgets all states.</summary>
    public void ClearStates() => _states.Clear();
}

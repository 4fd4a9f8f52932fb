#nullable disable // As in the official package, which says nothing about null here.

using System.ComponentModel;
using System.Text.Json.Serialization;
using ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Accepts a connection.</summary>
#pragma warning disable CA1819 // The official members are arrays.
public class ConnectEventResponse : WebPubSubEventResponse
{
    private readonly StateChanges _states = new();

    /// <summary>Accepts the connection as it is.</summary>
    public ConnectEventResponse()
    {
    }

    /// <summary>Accepts the connection and says what it is.</summary>
    public ConnectEventResponse(
        string userId, IEnumerable<string> groups, string subprotocol, IEnumerable<string> roles)
    {
        UserId = userId;
        Groups = groups?.ToArray();
        Subprotocol = subprotocol;
        Roles = roles?.ToArray();
    }

    /// <summary>The states set so far; null after <see cref="ClearStates"/>.</summary>
    [JsonPropertyName("states")]
    [JsonConverter(typeof(ConnectionStatesJsonConverter))]
    public IReadOnlyDictionary<string, BinaryData> ConnectionStates => _states.Values;

    /// <summary>The user's id.</summary>
    [JsonPropertyName("userId")]
    public string UserId { get; set; }

    /// <summary>The groups that the connection joins at once.</summary>
    [JsonPropertyName("groups")]
    public string[] Groups { get; set; }

    /// <summary>The subprotocol chosen from those offered.</summary>
    [JsonPropertyName("subprotocol")]
    public string Subprotocol { get; set; }

    /// <summary>The roles that the connection gets.</summary>
    [JsonPropertyName("roles")]
    public string[] Roles { get; set; }

    /// <summary>Sets a state of the connection, written as JSON.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void SetState(string key, object value) => SetState(key, BinaryData.FromObjectAsJson(value));

    /// <summary>Sets a state of the connection.</summary>
    public void SetState(string key, BinaryData value) => _states.Set(key, value);

    /// <summary>Forgets all states.</summary>
    public void ClearStates() => _states.Clear();
}

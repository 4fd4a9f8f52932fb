using ServerlessGateway.Instances;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Requests;

/// <summary>What Web PubSub tells of the connection that an event comes from.</summary>
/// <param name="Instance">The instance that calls, known from the route that it was given (N3).</param>
/// <param name="ConnectionId">The connection's id.</param>
/// <param name="State">What connect put into its state; null where it is missing or not readable.</param>
internal sealed record ConnectionFacts(InstanceName Instance, string ConnectionId, ConnectionState? State);

/// <summary>The connection of a request that may be handled: nothing is missing.</summary>
/// <param name="Instance">The instance that holds it.</param>
/// <param name="ConnectionId">Its id.</param>
/// <param name="State">Its state.</param>
internal sealed record ClientContext(InstanceName Instance, string ConnectionId, ConnectionState State);

/// <summary>The answer to one event.</summary>
/// <param name="Reply">JSON for the client.</param>
/// <param name="State">What the connection's state becomes; null leaves it.</param>
internal sealed record RequestResult(byte[] Reply, ConnectionState? State = null);

#nullable disable // As in the official package, which says nothing about null here.

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A connection is open. Best effort: it can be late, doubled or missing.</summary>
public sealed class ConnectedEventRequest : WebPubSubEventRequest;

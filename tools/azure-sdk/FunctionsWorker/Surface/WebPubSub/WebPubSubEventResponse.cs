#nullable disable // As in the official package, which says nothing about null here.

namespace Microsoft.Azure.Functions.Worker;

/// <summary>An answer to an event that the service waits for.</summary>
public abstract class WebPubSubEventResponse;

using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.SampleApp;

/// <summary>How often this process got a message; the delivery count does not tell, it stays when a session is given back.</summary>
internal sealed class Attempts
{
    private readonly ConcurrentDictionary<string, int> _counts = new();

    /// <summary>A message that a later execution tries to settle.</summary>
    public ServiceBusReceivedMessage? Kept { get; set; }

    public int Count(string messageId) => _counts.AddOrUpdate(messageId, 1, (_, count) => count + 1);
}

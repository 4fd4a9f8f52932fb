using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Http;

/// <summary>
/// The answer to <c>GET /meter</c>. Counts since the start, and what queues hold now; no message, no name of a
/// session.
/// </summary>
/// <param name="BilledOperations">The sum over all entities, by Azure's rule of one operation per started 64 KB.</param>
/// <param name="Entities">What happened at each entity.</param>
/// <param name="Queues">What each queue, subscription and dead-letter queue holds.</param>
internal sealed record MeterReport(
    long BilledOperations, IReadOnlyList<EntityMeter> Entities, IReadOnlyList<QueueReport> Queues)
{
    public static MeterReport Of(MessageBroker broker)
    {
        var entities = broker.ReadMeter();
        var queues = broker.Entities.OfType<MessageQueue>().Select(queue => QueueReport.Of(queue)).ToArray();
        return new MeterReport(entities.Sum(entity => entity.BilledOperations), entities, queues);
    }
}

/// <summary>What a queue holds.</summary>
internal sealed record QueueReport(string Address, int Available, int Locked, int Deferred, int Scheduled, long Bytes)
{
    public static QueueReport Of(MessageQueue queue)
    {
        var counts = queue.Count();
        return new QueueReport(
            queue.Address, counts.Available, counts.Locked, counts.Deferred, counts.Scheduled, counts.Bytes);
    }
}

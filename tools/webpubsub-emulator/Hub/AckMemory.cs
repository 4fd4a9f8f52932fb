namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// The acknowledgement ids a connection has carried out, the last so many of them. A client that repeats one of them
/// is told <c>Duplicate</c> and nothing is done twice. Ids of failed requests are not kept: repeating those must work.
/// </summary>
internal sealed class AckMemory(int capacity)
{
    private readonly HashSet<ulong> _known = [];
    private readonly Queue<ulong> _order = new();

    public bool Contains(ulong ackId) => _known.Contains(ackId);

    public void Add(ulong ackId)
    {
        if (!_known.Add(ackId)) return;
        _order.Enqueue(ackId);
        if (_order.Count > capacity) _known.Remove(_order.Dequeue());
    }
}

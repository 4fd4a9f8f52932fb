namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Accepted deliveries with neighbouring ids, told to the sender by one disposition: a journal's flush ends many at
/// once.
/// </summary>
internal struct AcceptedRange
{
    public uint First { get; private set; }

    public uint Last { get; private set; }

    public bool IsEmpty { get; private set; } = true;

    public AcceptedRange()
    {
    }

    /// <summary>Extends the range by <paramref name="id"/> if it is the next one.</summary>
    public bool TryAdd(uint id)
    {
        if (IsEmpty)
        {
            (First, Last, IsEmpty) = (id, id, false);
            return true;
        }

        if (id != unchecked(Last + 1))
        {
            return false;
        }

        Last = id;
        return true;
    }

    public void Clear() => IsEmpty = true;
}

using ServerlessGateway.Proof.Histories;

namespace ServerlessGateway.Proof.Run;

/// <summary>
/// Falsifies one record of a subscriber's history on purpose: a judge that does not notice is worth nothing. It waits for the third message, so that
/// order is established.
/// </summary>
internal sealed class FaultPlanter(PlantedFault fault, Action<SubscriberRecord> write)
{
    private readonly Lock _lock = new();
    private SubscriberRecord? _kept;
    private string? _channel;
    private int _seen;

    public void Write(SubscriberRecord record)
    {
        lock (_lock)
        {
            if (record.Kind == "message" && (_channel is null || _channel == record.Channel))
            {
                _channel = record.Channel;
                Plant(record, ++_seen);
            }
            else
            {
                write(record);
            }
        }
    }

    private void Plant(SubscriberRecord record, int seen)
    {
        if (seen == 4 && _kept is not null)
        {
            write(record);
            write(_kept);
            return;
        }

        switch (seen == 3 ? fault : (PlantedFault?)null)
        {
            case PlantedFault.Lost:
                break;
            case PlantedFault.Misordered:
                _kept = record;
                break;
            case PlantedFault.Doubled:
                write(record);
                write(record);
                break;
            case PlantedFault.Corrupted:
                write(record with { Digest = new string('0', 64), Answers = new string('0', 64) });
                break;
            default:
                write(record);
                break;
        }
    }
}

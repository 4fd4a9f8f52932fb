using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>
/// Records as bytes. The numbers of the kinds and flags are part of the file format: never reuse one. A new kind is
/// a new number: an older emulator that meets it stops and names it. Any other change that an older emulator cannot
/// read raises <see cref="JournalFormat.Version"/>.
/// </summary>
internal static class RecordCodec
{
    private enum Kind : byte
    {
        Stored = 1,
        Copied = 2,
        Removed = 3,
        Changed = 4,
        SessionStateSet = 5,
        IdRemembered = 6,
        NumbersGiven = 7,
        RuleAdded = 8,
        RuleRemoved = 9,
    }

    internal static void Write(ByteBuffer buffer, BrokerRecord record)
    {
        switch (record)
        {
            case BrokerRecord.Stored stored:
                Begin(buffer, Kind.Stored, stored.Entity);
                MessageCodec.WriteSnapshot(buffer, stored.Message);
                MessageCodec.WriteMessage(buffer, stored.Message.Message);
                break;
            case BrokerRecord.Copied copied:
                Begin(buffer, Kind.Copied, copied.Entity);
                MessageCodec.WriteSnapshot(buffer, copied.Message);
                buffer.WriteText(copied.Source);
                buffer.WriteInt64(copied.SourceNumber);
                break;
            case BrokerRecord.Removed removed:
                Begin(buffer, Kind.Removed, removed.Entity);
                buffer.WriteInt64(removed.SequenceNumber);
                break;
            case BrokerRecord.Changed changed:
                Begin(buffer, Kind.Changed, changed.Entity);
                buffer.WriteInt64(changed.SequenceNumber);
                buffer.WriteByte((byte)changed.State);
                buffer.WriteInt32(changed.DeliveryCount);
                PropertyCodec.Write(buffer, changed.ModifiedProperties);
                break;
            case BrokerRecord.SessionStateSet set:
                WriteSessionState(buffer, set);
                break;
            case BrokerRecord.IdRemembered remembered:
                Begin(buffer, Kind.IdRemembered, remembered.Entity);
                buffer.WriteText(remembered.MessageId);
                buffer.WriteTime(remembered.Time);
                break;
            case BrokerRecord.NumbersGiven given:
                Begin(buffer, Kind.NumbersGiven, given.Entity);
                buffer.WriteInt64(given.Last);
                break;
            case BrokerRecord.RuleAdded added:
                Begin(buffer, Kind.RuleAdded, added.Entity);
                RuleCodec.Write(buffer, added.Rule);
                break;
            case BrokerRecord.RuleRemoved removed:
                Begin(buffer, Kind.RuleRemoved, removed.Entity);
                buffer.WriteText(removed.Rule);
                break;
            default:
                throw new InvalidOperationException($"The record {record.GetType().Name} cannot be written.");
        }
    }

    /// <summary>Reads one record; whatever cannot be one is refused with <see cref="InvalidDataException"/>.</summary>
    internal static BrokerRecord Read(ref ByteReader reader)
    {
        try
        {
            return ReadRecord(ref reader);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // Numbers, times and URIs have ranges that their constructors check.
            throw new InvalidDataException($"The journal holds a record with an impossible value: {e.Message}", e);
        }
    }

    private static BrokerRecord ReadRecord(ref ByteReader reader)
    {
        var kind = (Kind)reader.ReadByte();
        var entity = reader.ReadText();
        switch (kind)
        {
            case Kind.Stored:
                var stored = MessageCodec.ReadSnapshot(ref reader);
                return new BrokerRecord.Stored(entity, stored with { Message = MessageCodec.ReadMessage(ref reader) });
            case Kind.Copied:
                return new BrokerRecord.Copied(
                    entity, MessageCodec.ReadSnapshot(ref reader), reader.ReadText(), reader.ReadInt64());
            case Kind.Removed:
                return new BrokerRecord.Removed(entity, reader.ReadInt64());
            case Kind.Changed:
                return new BrokerRecord.Changed(
                    entity,
                    reader.ReadInt64(),
                    MessageCodec.ReadState(ref reader),
                    reader.ReadInt32(),
                    PropertyCodec.Read(ref reader));
            case Kind.SessionStateSet:
                return new BrokerRecord.SessionStateSet(
                    entity,
                    reader.ReadText(),
                    reader.ReadByte() == 0 ? null : (ReadOnlyMemory<byte>?)reader.ReadBytes(),
                    reader.ReadTime());
            case Kind.IdRemembered:
                return new BrokerRecord.IdRemembered(entity, reader.ReadText(), reader.ReadTime());
            case Kind.NumbersGiven:
                return new BrokerRecord.NumbersGiven(entity, reader.ReadInt64());
            case Kind.RuleAdded:
                return new BrokerRecord.RuleAdded(entity, RuleCodec.Read(ref reader));
            case Kind.RuleRemoved:
                return new BrokerRecord.RuleRemoved(entity, reader.ReadText());
            default:
                throw new InvalidDataException($"The journal holds a record of the unknown kind {(byte)kind}.");
        }
    }

    private static void WriteSessionState(ByteBuffer buffer, BrokerRecord.SessionStateSet set)
    {
        Begin(buffer, Kind.SessionStateSet, set.Entity);
        buffer.WriteText(set.SessionId);
        buffer.WriteByte(set.State is null ? (byte)0 : (byte)1);
        if (set.State is { } state)
        {
            buffer.WriteBytes(state.Span);
        }

        buffer.WriteTime(set.Time);
    }

    private static void Begin(ByteBuffer buffer, Kind kind, string entity)
    {
        buffer.WriteByte((byte)kind);
        buffer.WriteText(entity);
    }
}

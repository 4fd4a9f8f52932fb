using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>Messages as bytes: the sender's part and the broker's part apart. Optional fields stand behind flags.</summary>
internal static class MessageCodec
{
    private static readonly BrokerMessage Nothing = new() { Payload = default };

    [Flags]
    private enum Given
    {
        None = 0,
        MessageId = 1,
        SessionId = 2,
        Subject = 4,
        To = 8,
        CorrelationId = 16,
        ReplyTo = 32,
        ReplyToSessionId = 64,
        ContentType = 128,
        PartitionKey = 256,
        TimeToLive = 512,
        ScheduledEnqueueTime = 1024,
    }

    [Flags]
    private enum Added : byte
    {
        None = 0,
        DeadLetterReason = 1,
        DeadLetterDescription = 2,
        DeadLetterSource = 4,
    }

    internal static void WriteMessage(ByteBuffer buffer, BrokerMessage message)
    {
        buffer.WriteLength((int)FlagsOf(message));
        WriteIfGiven(buffer, message.MessageId);
        WriteIfGiven(buffer, message.SessionId);
        WriteIfGiven(buffer, message.Subject);
        WriteIfGiven(buffer, message.To);
        WriteIfGiven(buffer, message.CorrelationId);
        WriteIfGiven(buffer, message.ReplyTo);
        WriteIfGiven(buffer, message.ReplyToSessionId);
        WriteIfGiven(buffer, message.ContentType);
        WriteIfGiven(buffer, message.PartitionKey);
        if (message.TimeToLive is { } life)
        {
            buffer.WriteInt64(life.Ticks);
        }

        if (message.ScheduledEnqueueTime is { } due)
        {
            buffer.WriteTime(due);
        }

        PropertyCodec.Write(buffer, message.ApplicationProperties);
        buffer.WriteBytes(message.Payload.Span);
    }

    internal static BrokerMessage ReadMessage(ref ByteReader reader)
    {
        var given = (Given)reader.ReadLength();
        return new BrokerMessage
        {
            MessageId = ReadIfGiven(ref reader, given, Given.MessageId),
            SessionId = ReadIfGiven(ref reader, given, Given.SessionId),
            Subject = ReadIfGiven(ref reader, given, Given.Subject),
            To = ReadIfGiven(ref reader, given, Given.To),
            CorrelationId = ReadIfGiven(ref reader, given, Given.CorrelationId),
            ReplyTo = ReadIfGiven(ref reader, given, Given.ReplyTo),
            ReplyToSessionId = ReadIfGiven(ref reader, given, Given.ReplyToSessionId),
            ContentType = ReadIfGiven(ref reader, given, Given.ContentType),
            PartitionKey = ReadIfGiven(ref reader, given, Given.PartitionKey),
            TimeToLive = given.HasFlag(Given.TimeToLive) ? new TimeSpan(reader.ReadInt64()) : null,
            ScheduledEnqueueTime = given.HasFlag(Given.ScheduledEnqueueTime) ? reader.ReadTime() : null,
            ApplicationProperties = PropertyCodec.Read(ref reader),
            Payload = reader.ReadBytes(),
        };
    }

    /// <summary>Writes the broker's part only.</summary>
    internal static void WriteSnapshot(ByteBuffer buffer, MessageSnapshot snapshot)
    {
        buffer.WriteInt64(snapshot.SequenceNumber);
        buffer.WriteInt64(snapshot.EnqueuedSequenceNumber);
        buffer.WriteTime(snapshot.EnqueuedTime);
        buffer.WriteTime(snapshot.ExpiresAt);
        buffer.WriteInt32(snapshot.DeliveryCount);
        buffer.WriteByte((byte)snapshot.State);
        buffer.WriteByte((byte)(Flag(snapshot.DeadLetterReason, Added.DeadLetterReason)
            | Flag(snapshot.DeadLetterDescription, Added.DeadLetterDescription)
            | Flag(snapshot.DeadLetterSource, Added.DeadLetterSource)));
        WriteIfGiven(buffer, snapshot.DeadLetterReason);
        WriteIfGiven(buffer, snapshot.DeadLetterDescription);
        WriteIfGiven(buffer, snapshot.DeadLetterSource);
        PropertyCodec.Write(buffer, snapshot.ModifiedProperties);
    }

    /// <summary>Reads the broker's part; the sender's is still to be filled in.</summary>
    internal static MessageSnapshot ReadSnapshot(ref ByteReader reader)
    {
        var number = reader.ReadInt64();
        var enqueuedNumber = reader.ReadInt64();
        var enqueuedTime = reader.ReadTime();
        var expiresAt = reader.ReadTime();
        var deliveryCount = reader.ReadInt32();
        var state = ReadState(ref reader);
        var added = (Added)reader.ReadByte();
        return new MessageSnapshot
        {
            Message = Nothing,
            SequenceNumber = number,
            EnqueuedSequenceNumber = enqueuedNumber,
            EnqueuedTime = enqueuedTime,
            ExpiresAt = expiresAt,
            DeliveryCount = deliveryCount,
            State = state,
            DeadLetterReason = added.HasFlag(Added.DeadLetterReason) ? reader.ReadText() : null,
            DeadLetterDescription = added.HasFlag(Added.DeadLetterDescription) ? reader.ReadText() : null,
            DeadLetterSource = added.HasFlag(Added.DeadLetterSource) ? reader.ReadText() : null,
            ModifiedProperties = PropertyCodec.Read(ref reader),
        };
    }

    internal static MessageState ReadState(ref ByteReader reader)
    {
        var state = (MessageState)reader.ReadByte();
        return Enum.IsDefined(state)
            ? state
            : throw new InvalidDataException($"The journal holds a message in the unknown state {(int)state}.");
    }

    private static Given FlagsOf(BrokerMessage message) =>
        Flag(message.MessageId, Given.MessageId)
        | Flag(message.SessionId, Given.SessionId)
        | Flag(message.Subject, Given.Subject)
        | Flag(message.To, Given.To)
        | Flag(message.CorrelationId, Given.CorrelationId)
        | Flag(message.ReplyTo, Given.ReplyTo)
        | Flag(message.ReplyToSessionId, Given.ReplyToSessionId)
        | Flag(message.ContentType, Given.ContentType)
        | Flag(message.PartitionKey, Given.PartitionKey)
        | Flag(message.TimeToLive, Given.TimeToLive)
        | Flag(message.ScheduledEnqueueTime, Given.ScheduledEnqueueTime);

    private static T Flag<T>(object? value, T flag)
        where T : struct, Enum => value is null ? default : flag;

    private static void WriteIfGiven(ByteBuffer buffer, string? value)
    {
        if (value is not null)
        {
            buffer.WriteText(value);
        }
    }

    private static string? ReadIfGiven(ref ByteReader reader, Given given, Given flag) =>
        given.HasFlag(flag) ? reader.ReadText() : null;
}

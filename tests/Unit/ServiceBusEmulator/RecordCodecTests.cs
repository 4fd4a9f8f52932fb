using CsCheck;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Broker.Filters;
using ServerlessGateway.ServiceBusEmulator.Journal;
using ServerlessGateway.Unit.Tests.ServiceBusEmulator.Filters;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class RecordCodecTests
{
    private static readonly Gen<string?> Text = Gen.OneOf(Gen.Const((string?)null), Gen.String.Select(text => (string?)text));

    private static readonly Gen<DateTimeOffset> Time =
        Gen.Long[0, DateTimeOffset.MaxValue.Ticks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    private static readonly Gen<object?> Value = Gen.OneOf(
        Gen.Const((object?)null),
        Gen.String.Select(value => (object?)value),
        Gen.Bool.Select(value => (object?)value),
        Gen.Byte.Select(value => (object?)value),
        Gen.SByte.Select(value => (object?)value),
        Gen.Short.Select(value => (object?)value),
        Gen.UShort.Select(value => (object?)value),
        Gen.Int.Select(value => (object?)value),
        Gen.UInt.Select(value => (object?)value),
        Gen.Long.Select(value => (object?)value),
        Gen.ULong.Select(value => (object?)value),
        Gen.Float.Select(value => (object?)value),
        Gen.Double.Select(value => (object?)value),
        Gen.Decimal.Select(value => (object?)value),
        Gen.Char.Select(value => (object?)value),
        Gen.Guid.Select(value => (object?)value),
        Gen.DateTimeOffset.Select(value => (object?)value),
        Gen.DateTime.Select(value => (object?)value),
        Gen.TimeSpan.Select(value => (object?)value),
        Gen.Byte.Array.Select(value => (object?)value),
        Gen.Const((object?)new Uri("amqp://host/a b", UriKind.Absolute)));

    private static readonly Gen<IReadOnlyDictionary<string, object?>> Properties =
        Gen.Dictionary(Gen.String, Value)[0, 4].Select(map => (IReadOnlyDictionary<string, object?>)map);

    private static readonly Gen<BrokerMessage> Message =
        Gen.Select(Text.Array[9], Gen.TimeSpan, Time, Gen.Bool, Properties, Gen.Byte.Array).Select(parts =>
        {
            var (texts, life, due, hasTimes, properties, payload) = parts;
            return new BrokerMessage
            {
                Payload = payload,
                MessageId = texts[0],
                SessionId = texts[1],
                Subject = texts[2],
                To = texts[3],
                CorrelationId = texts[4],
                ReplyTo = texts[5],
                ReplyToSessionId = texts[6],
                ContentType = texts[7],
                PartitionKey = texts[8],
                TimeToLive = hasTimes ? life : null,
                ScheduledEnqueueTime = hasTimes ? due : null,
                ApplicationProperties = properties,
            };
        });

    private static readonly Gen<MessageSnapshot> Snapshot =
        Gen.Select(Message, Gen.Long.Array[2], Time.Array[2], Gen.Int, Gen.Int[0, 2], Text.Array[3], Properties).Select(parts =>
        {
            var (message, numbers, times, count, state, texts, properties) = parts;
            return new MessageSnapshot
            {
                Message = message,
                SequenceNumber = numbers[0],
                EnqueuedSequenceNumber = numbers[1],
                EnqueuedTime = times[0],
                ExpiresAt = times[1],
                DeliveryCount = count,
                State = (MessageState)state,
                DeadLetterReason = texts[0],
                DeadLetterDescription = texts[1],
                DeadLetterSource = texts[2],
                ModifiedProperties = properties,
            };
        });

    private static readonly Gen<MessageFilter> Filter = Gen.OneOf(
        Gen.Const((MessageFilter)new MessageFilter.All()),
        Gen.Const((MessageFilter)new MessageFilter.None()),
        SqlGenerator.Predicate
            .Select(SqlPrinter.Print)
            .Where(text => text.Length <= SqlParser.MaxCharacters)
            .Select(text => MessageFilter.TryParseSql(text, out var filter, out var error)
                ? filter
                : throw new InvalidOperationException(error)),
        Gen.Select(Text.Array[8], Properties, (texts, properties) => (MessageFilter)new MessageFilter.Correlation
        {
            CorrelationId = texts[0],
            MessageId = texts[1],
            To = texts[2],
            ReplyTo = texts[3],
            Subject = texts[4],
            SessionId = texts[5],
            ReplyToSessionId = texts[6],
            ContentType = texts[7],
            Properties = properties,
        }));

    private static readonly Gen<BrokerRecord> Record = Gen.OneOf(
        Gen.Select(Gen.String, Gen.String, Filter, (entity, name, filter) =>
            (BrokerRecord)new BrokerRecord.RuleAdded(entity, new RuleDefinition(name, filter))),
        Gen.Select(Gen.String, Gen.String, (entity, name) => (BrokerRecord)new BrokerRecord.RuleRemoved(entity, name)),
        Gen.Select(Gen.String, Snapshot, (entity, message) => (BrokerRecord)new BrokerRecord.Stored(entity, message)),
        Gen.Select(Gen.String, Snapshot, Gen.String, Gen.Long, (entity, message, source, number) =>
            (BrokerRecord)new BrokerRecord.Copied(entity, message, source, number)),
        Gen.Select(Gen.String, Gen.Long, (entity, number) => (BrokerRecord)new BrokerRecord.Removed(entity, number)),
        Gen.Select(Gen.String, Gen.Long, Gen.Int[0, 2], Gen.Int, Properties, (entity, number, state, count, properties) =>
            (BrokerRecord)new BrokerRecord.Changed(entity, number, (MessageState)state, count, properties)),
        Gen.Select(Gen.String, Gen.String, Gen.Byte.Array, Gen.Bool, Time, (entity, session, state, isSet, time) =>
            (BrokerRecord)new BrokerRecord.SessionStateSet(entity, session, isSet ? state : null, time)),
        Gen.Select(Gen.String, Gen.String, Time, (entity, id, time) =>
            (BrokerRecord)new BrokerRecord.IdRemembered(entity, id, time)),
        Gen.Select(Gen.String, Gen.Long, (entity, last) => (BrokerRecord)new BrokerRecord.NumbersGiven(entity, last)));

    [Fact]
    public void What_is_written_is_read_back_to_the_byte() => Record.Sample(record =>
    {
        var buffer = new ByteBuffer(1);
        RecordCodec.Write(buffer, record);
        var reader = new ByteReader(buffer.Written.Span);

        var back = RecordCodec.Read(ref reader);

        Assert.True(reader.IsAtEnd);
        Assert.Equal(record.GetType(), back.GetType());
        Assert.Equal(Dump.Of(record), Dump.Of(back));
    }, iter: 2_000);

    [Fact]
    public void Every_field_comes_back_as_it_was() => Snapshot.Sample(snapshot =>
    {
        var buffer = new ByteBuffer(1);
        RecordCodec.Write(buffer, new BrokerRecord.Stored("e", snapshot));
        var reader = new ByteReader(buffer.Written.Span);

        var back = ((BrokerRecord.Stored)RecordCodec.Read(ref reader)).Message;

        Assert.Equal(snapshot.ModifiedProperties, back.ModifiedProperties);
        Assert.Equal(snapshot.Message.ApplicationProperties, back.Message.ApplicationProperties);
        Assert.Equal(snapshot.Message.Payload.ToArray(), back.Message.Payload.ToArray());
        var message = back.Message with
        {
            Payload = snapshot.Message.Payload,
            ApplicationProperties = snapshot.Message.ApplicationProperties,
        };
        Assert.Equal(snapshot, back with { Message = message, ModifiedProperties = snapshot.ModifiedProperties });
    });

    [Fact]
    public void A_record_that_ends_too_early_is_refused() => Record.Sample(record =>
    {
        var buffer = new ByteBuffer(1);
        RecordCodec.Write(buffer, record);

        for (var length = 0; length < Math.Min(buffer.Length, 200); length++)
        {
            Assert.Throws<InvalidDataException>(() => ReadAll(buffer.Written.Span[..length]));
        }
    });

    private static void ReadAll(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        RecordCodec.Read(ref reader);
    }
}

using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>Rules as bytes. The numbers of the kinds are part of the file format: never reuse one.</summary>
internal static class RuleCodec
{
    private enum Kind : byte
    {
        All = 1,
        None = 2,
        Correlation = 3,
        Sql = 4,
    }

    internal static void Write(ByteBuffer buffer, RuleDefinition rule)
    {
        buffer.WriteText(rule.Name);
        switch (rule.Filter)
        {
            case MessageFilter.All:
                buffer.WriteByte((byte)Kind.All);
                break;
            case MessageFilter.None:
                buffer.WriteByte((byte)Kind.None);
                break;
            case MessageFilter.Correlation correlation:
                buffer.WriteByte((byte)Kind.Correlation);
                WriteFields(buffer, correlation.Fields);
                PropertyCodec.Write(buffer, correlation.Properties);
                break;
            case MessageFilter.Sql sql:
                buffer.WriteByte((byte)Kind.Sql);
                buffer.WriteText(sql.Expression);
                break;
            default:
                throw new InvalidOperationException($"The filter {rule.Filter.GetType().Name} cannot be written.");
        }
    }

    internal static RuleDefinition Read(ref ByteReader reader)
    {
        var name = reader.ReadText();
        var kind = (Kind)reader.ReadByte();
        return new RuleDefinition(name, kind switch
        {
            Kind.All => new MessageFilter.All(),
            Kind.None => new MessageFilter.None(),
            Kind.Correlation => ReadCorrelation(ref reader),
            Kind.Sql => ReadSql(name, reader.ReadText()),
            _ => throw new InvalidDataException($"The journal holds a rule of the unknown kind {(byte)kind}."),
        });
    }

    private static void WriteFields(ByteBuffer buffer, IReadOnlyList<string?> fields)
    {
        foreach (var field in fields)
        {
            buffer.WriteByte(field is null ? (byte)0 : (byte)1);
            if (field is not null)
            {
                buffer.WriteText(field);
            }
        }
    }

    /// <summary>In the order of <see cref="MessageFilter.Correlation.Fields"/>.</summary>
    private static MessageFilter.Correlation ReadCorrelation(ref ByteReader reader) => new()
    {
        CorrelationId = ReadField(ref reader),
        MessageId = ReadField(ref reader),
        To = ReadField(ref reader),
        ReplyTo = ReadField(ref reader),
        Subject = ReadField(ref reader),
        SessionId = ReadField(ref reader),
        ReplyToSessionId = ReadField(ref reader),
        ContentType = ReadField(ref reader),
        Properties = PropertyCodec.Read(ref reader),
    };

    private static string? ReadField(ref ByteReader reader) => reader.ReadByte() == 0 ? null : reader.ReadText();

    private static MessageFilter ReadSql(string rule, string expression) =>
        MessageFilter.TryParseSql(expression, out var filter, out var error)
            ? filter
            : throw new InvalidDataException($"The journal holds the rule '{rule}' with a filter that is none: {error}");
}

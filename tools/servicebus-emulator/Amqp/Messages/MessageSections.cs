using System.Text;
using Amqp;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>
/// Where the sections of an encoded message lie. Bodies are never decoded: they go out byte for byte as they came in,
/// and so do the properties that nobody changed.
/// </summary>
internal readonly struct MessageSections
{
    /// <summary>More body sections than any sender makes in one message that is no batch.</summary>
    private const int MaxBodySections = 4_500;

    public Range? Header { get; private init; }

    public Range? MessageAnnotations { get; private init; }

    public Range? Properties { get; private init; }

    public Range? ApplicationProperties { get; private init; }

    /// <summary>Body and footer together: they are adjacent, and neither is touched.</summary>
    public Range? BodyAndFooter { get; private init; }

    /// <summary>What stands before the body: header, annotations and properties, as they were sent.</summary>
    public int BytesBeforeBody { get; private init; }

    /// <summary>Finds the sections; anything that is no message is a decode error.</summary>
    public static MessageSections Find(ReadOnlySpan<byte> message)
    {
        Span<Range?> found = [null, null, null, null];
        var offset = 0;
        var bodyAt = -1;
        var bodySections = 0;
        while (offset < message.Length)
        {
            var code = CodeOf(message[offset..], out _);
            var length = WireShape.Skip(message[offset..]);
            if (code >= SectionCode.Data)
            {
                bodyAt = bodyAt < 0 ? offset : bodyAt;
                EnsureFew(++bodySections);
            }
            else if (bodyAt >= 0)
            {
                throw Malformed($"section {code} comes after the body");
            }
            else if (SlotOf(code) is { } slot)
            {
                found[slot] = found[slot] is null
                    ? offset..(offset + length)
                    : throw Malformed($"section {code} comes twice");
            }

            offset += length;
        }

        if (offset == 0)
        {
            throw Malformed("it is empty");
        }

        return new MessageSections
        {
            Header = found[0],
            MessageAnnotations = found[1],
            Properties = found[2],
            ApplicationProperties = found[3],
            BytesBeforeBody = bodyAt < 0 ? message.Length : bodyAt,
            BodyAndFooter = bodyAt < 0 ? null : bodyAt..message.Length,
        };
    }

    /// <summary>The messages of a batch: each data section of it holds one.</summary>
    public static List<ReadOnlyMemory<byte>> SplitBatch(ReadOnlyMemory<byte> batch)
    {
        var messages = new List<ReadOnlyMemory<byte>>();
        var span = batch.Span;
        var offset = 0;
        while (offset < span.Length)
        {
            var code = CodeOf(span[offset..], out var valueAt);
            var length = WireShape.Skip(span[offset..]);
            if (code == SectionCode.Data)
            {
                EnsureFew(messages.Count);
                messages.Add(BinaryOf(batch.Slice(offset + valueAt, length - valueAt)));
            }

            offset += length;
        }

        return messages;
    }

    private static int? SlotOf(SectionCode code) => code switch
    {
        SectionCode.Header => 0,
        SectionCode.MessageAnnotations => 1,
        SectionCode.Properties => 2,
        SectionCode.ApplicationProperties => 3,
        _ => null,
    };

    private static SectionCode CodeOf(ReadOnlySpan<byte> section, out int valueAt)
    {
        var code = section switch
        {
            [0x00, 0x53, var small, ..] => small,
            [0x00, 0x80, 0, 0, 0, 0, 0, 0, 0, var wide, ..] => wide,
            _ => NamedCodeOf(section),
        };
        valueAt = 1 + WireShape.Skip(section[1..]);
        return code is >= (byte)SectionCode.Header and <= (byte)SectionCode.Footer
            ? (SectionCode)code
            : throw Malformed($"0x{code:x2} is no section of a message");
    }

    /// <summary>Descriptors may also be symbols; hardly anybody sends them, but the protocol has them.</summary>
    private static int NamedCodeOf(ReadOnlySpan<byte> section)
    {
        if (section is not [0x00, 0xA3, var length, ..] || section.Length < 3 + length)
        {
            return 0;
        }

        return Encoding.ASCII.GetString(section.Slice(3, length)) switch
        {
            "amqp:header:list" => 0x70,
            "amqp:delivery-annotations:map" => 0x71,
            "amqp:message-annotations:map" => 0x72,
            "amqp:properties:list" => 0x73,
            "amqp:application-properties:map" => 0x74,
            "amqp:data:binary" => 0x75,
            "amqp:amqp-sequence:list" => 0x76,
            "amqp:amqp-value:*" => 0x77,
            "amqp:footer:map" => 0x78,
            _ => 0,
        };
    }

    private static ReadOnlyMemory<byte> BinaryOf(ReadOnlyMemory<byte> value) => value.Span switch
    {
        [0xA0, ..] => value[2..],
        [0xB0, ..] => value[5..],
        _ => throw Malformed("a data section holds no binary"),
    };

    private static void EnsureFew(int count)
    {
        if (count > MaxBodySections)
        {
            throw Malformed($"it has more than {MaxBodySections} body sections");
        }
    }

    private static AmqpFaultException Malformed(string what) =>
        new(ErrorCode.DecodeError, $"The message is malformed: {what}.");
}

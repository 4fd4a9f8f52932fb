using Amqp;
using Amqp.Framing;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>Messages of several frames are read out of an array that the next message will overwrite.</summary>
public sealed class LentMessageTests
{
    private const int Messages = 3;

    [Theory]
    [InlineData(0u, "id")]
    [InlineData(0u, null)]
    [InlineData(ServiceBusSymbols.BatchMessageFormat, "id")]
    [InlineData(ServiceBusSymbols.BatchMessageFormat, null)]
    public void What_is_read_stays_when_the_array_is_used_again(uint format, string? id)
    {
        var bytes = format == 0 ? Encoded(Message(0, id)) : Batch(id);
        var kept = MessageReader.ReadTransfer(format, bytes.ToArray(), isLent: false, () => Guid.Empty);

        var read = MessageReader.ReadTransfer(format, bytes, isLent: true, () => Guid.Empty);
        bytes.AsSpan().Fill(0xFF);

        Assert.Equal(format == 0 ? 1 : Messages, read.Count);
        Assert.Equal(kept.Select(Show), read.Select(Show));
        Assert.Equal(id ?? Guid.Empty.ToString("N"), read[0].MessageId);
    }

    [Fact]
    public void A_partial_message_grows_and_keeps_what_came()
    {
        using var partial = new PartialMessage(16);
        var parts = Enumerable.Range(0, 50).Select(number => Enumerable.Repeat((byte)number, number * 7).ToArray()).ToArray();

        Array.ForEach(parts, part => partial.Append(part));

        Assert.Equal(parts.SelectMany(part => part), partial.Bytes.ToArray());
        partial.Dispose();
        Assert.Equal(0, partial.Length);
    }

    private static string Show(BrokerMessage message) =>
        $"{message.MessageId} {message.Subject} {Convert.ToHexString(message.Payload.Span)} "
        + Convert.ToHexString((byte[])message.ApplicationProperties["bytes"]!);

    private static byte[] Batch(string? id)
    {
        var sections = new DataList();
        for (var number = 0; number < Messages; number++)
        {
            sections.Add(new Data { Buffer = Message(number, id).Encode() });
        }

        return Encoded(new Message { BodySection = sections });
    }

    private static Message Message(int number, string? id) => new()
    {
        Properties = new Properties { MessageId = id, Subject = $"subject-{number}" },
        ApplicationProperties = new ApplicationProperties { ["bytes"] = new byte[] { 1, 2, (byte)number } },
        BodySection = new Data { Binary = [.. Enumerable.Repeat((byte)number, 500)] },
    };

    private static byte[] Encoded(Message message)
    {
        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }
}

using Amqp.Types;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>
/// Messages of hostile senders. Whatever is accepted has to come out again: a message that cannot be encoded would end
/// the connection of every receiver that it is offered to.
/// </summary>
public sealed class MessageFuzzTests
{
    private const int Cases = 8_000;

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(60);

    [Fact]
    public Task Messages_are_read_or_refused_and_what_is_read_can_be_delivered() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of(AmqpSeeds.Messages),
        bytes => Assert.All(MessageReader.ReadTransfer(0, bytes, isLent: false, NewId), Deliver),
        AmqpFuzzTests.IsFault);

    [Fact]
    public Task Batches_are_read_or_refused_and_what_is_read_can_be_delivered() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of(AmqpSeeds.Batches),
        bytes => Assert.All(MessageReader.ReadTransfer(ServiceBusSymbols.BatchMessageFormat, bytes, isLent: true, NewId), Deliver),
        AmqpFuzzTests.IsFault);

    [Fact]
    public Task Requests_are_read_or_refused_and_so_are_their_arguments() => FuzzRun.BytesAsync(
        Cases,
        Mutations.Of(AmqpSeeds.Requests),
        bytes =>
        {
            var request = MessageReader.ReadRequest(bytes);
            _ = PropertyValues.Find(request.ApplicationProperties?.Map, "operation");
            if (request.BodySection is not null && request.Body is Map body)
            {
                ReadArguments(new ManagementArguments(body));
            }
        },
        e => AmqpFuzzTests.IsFault(e) || e is ManagementRefusedException);

    private static Guid NewId() => Guid.Empty;

    private static void Deliver(BrokerMessage message)
    {
        var snapshot = new MessageSnapshot
        {
            Message = message,
            SequenceNumber = 7,
            EnqueuedSequenceNumber = 7,
            EnqueuedTime = Now,
            ExpiresAt = Now.AddMinutes(1),
            DeliveryCount = 2,
            State = MessageState.Active,
            DeadLetterReason = "reason",
            DeadLetterSource = "orders",
            ModifiedProperties = new Dictionary<string, object?> { ["k"] = "v" },
        };

        var written = MessageWriter.Write(snapshot, Now.AddMinutes(1), Guid.Empty);

        Assert.Equal(message.MessageId, MessageReader.Read(written, NewId).MessageId);
    }

    /// <summary>In the ways in which the operations ask; each stops at what it refuses.</summary>
    private static void ReadArguments(ManagementArguments arguments)
    {
        Ask(() => arguments.OptionalText("session-id"));
        Ask(() => arguments.Number("message-count"));
        Ask(() => arguments.OptionalBytes("session-state"));
        Ask(() => arguments.OptionalMap("properties-to-modify"));
        Ask(() => arguments.Items<long>("sequence-numbers", 100));
        Ask(() => arguments.Items<Guid>("lock-tokens", 100));
        Ask(() => arguments.Items<Map>("messages", 100)
            .Select(item => item.TryGetValue("message", out var encoded) && encoded is byte[] bytes
                ? MessageReader.Read(bytes, NewId)
                : null)
            .ToArray());
    }

    private static void Ask(Func<object?> read)
    {
        try
        {
            read();
        }
        catch (ManagementRefusedException e)
        {
            Assert.InRange(e.Answer.Status, 400, 499);
        }
    }
}

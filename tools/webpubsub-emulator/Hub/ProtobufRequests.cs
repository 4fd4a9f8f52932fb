using System.Text.Unicode;
using Google.Protobuf;
using ServerlessGateway.WebPubSubEmulator.Hub.Wire;
using DataKind = ServerlessGateway.WebPubSubEmulator.Hub.Wire.MessageData.DataOneofCase;
using Kind = ServerlessGateway.WebPubSubEmulator.Hub.Wire.UpstreamMessage.MessageOneofCase;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// Reads what a client sends in the protobuf subprotocols. A frame that is none of the requests is an error that names
/// the field at fault, and the acknowledgement that it asked for; the service closes the connection for it.
/// </summary>
internal static class ProtobufRequests
{
    public static ReadResult Read(ReadOnlyMemory<byte> frame, bool isReliable)
    {
        ulong? ackId = null;
        try
        {
            var message = UpstreamMessage.Parser.ParseFrom(frame.Span);
            ackId = AckIdOf(message);
            return new ReadResult(ReadRequest(message, ackId, isReliable), null);
        }
        catch (InvalidProtocolBufferException exception)
        {
            return ReadResult.Malformed(
                ConnectionEnd.InvalidPayload, $"The frame is not valid protobuf: {exception.Message}");
        }
        catch (FormatException exception)
        {
            return ReadResult.Malformed(ConnectionEnd.InvalidPayload, exception.Message, ackId);
        }
    }

    private static ulong? AckIdOf(UpstreamMessage frame) => frame.MessageCase switch
    {
        Kind.JoinGroupMessage when frame.JoinGroupMessage.HasAckId => frame.JoinGroupMessage.AckId,
        Kind.LeaveGroupMessage when frame.LeaveGroupMessage.HasAckId => frame.LeaveGroupMessage.AckId,
        Kind.SendToGroupMessage when frame.SendToGroupMessage.HasAckId => frame.SendToGroupMessage.AckId,
        Kind.EventMessage when frame.EventMessage.HasAckId => frame.EventMessage.AckId,
        _ => null,
    };

    private static ClientRequest ReadRequest(UpstreamMessage frame, ulong? ackId, bool isReliable) =>
        frame.MessageCase switch
        {
            Kind.JoinGroupMessage => new ClientRequest.Join(GroupOf(frame.JoinGroupMessage.Group), ackId),
            Kind.LeaveGroupMessage => new ClientRequest.Leave(GroupOf(frame.LeaveGroupMessage.Group), ackId),
            Kind.SendToGroupMessage => ReadSend(frame.SendToGroupMessage, ackId),
            Kind.EventMessage => ReadEvent(frame.EventMessage, ackId),
            Kind.PingMessage => new ClientRequest.Ping(),
            Kind.SequenceAckMessage when isReliable => new ClientRequest.SequenceAck(frame.SequenceAckMessage.SequenceId),
            Kind.SequenceAckMessage => throw new FormatException(
                "'sequence_ack_message' is no request of this subprotocol."),
            _ => throw new FormatException(
                "The frame holds none of the requests of this emulator, which has no invocation, streaming or group state."),
        };

    private static ClientRequest.SendToGroup ReadSend(
        UpstreamMessage.Types.SendToGroupMessage send, ulong? ackId)
    {
        if (send.HasStream) throw NoStreaming();
        if (send.TtlSeconds > MessageData.MaxTtlSeconds)
        {
            throw new FormatException($"'ttl_seconds' must be a whole number from 0 to {MessageData.MaxTtlSeconds}.");
        }

        var data = DataOf(send.Data, send.Metadata) with { TtlSeconds = (int)send.TtlSeconds };
        return new ClientRequest.SendToGroup(GroupOf(send.Group), data, send.NoEcho, ackId);
    }

    private static ClientRequest.Event ReadEvent(UpstreamMessage.Types.EventMessage raised, ulong? ackId)
    {
        if (raised.HasStream) throw NoStreaming();
        if (!EventName.IsValid(raised.Event)) throw new FormatException(EventName.Rule);
        return new ClientRequest.Event(raised.Event, DataOf(raised.Data, raised.Metadata), ackId);
    }

    private static FormatException NoStreaming() =>
        new("'stream' asks for streaming, which this emulator does not have.");

    private static GroupName GroupOf(string text) => GroupName.TryParse(text, out var group)
        ? group
        : throw new FormatException($"'group' must be 1 to {GroupName.MaxLength} characters and not blank.");

    private static MessageData DataOf(Wire.MessageData? data, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var metadata = MessageMetadata.Check(pairs);
        return data?.DataCase switch
        {
            DataKind.TextData when Utf8.IsValid(data.TextData.Span) =>
                new MessageData(MessageDataType.Text, data.TextData.Memory, metadata),
            DataKind.TextData => throw new FormatException("'text_data' is not valid text."),
            DataKind.BinaryData => new MessageData(MessageDataType.Binary, data.BinaryData.Memory, metadata),
            DataKind.ProtobufData when ProtobufCodec.IsAny(data.ProtobufData) =>
                new MessageData(MessageDataType.Protobuf, data.ProtobufData.Memory, metadata),
            DataKind.ProtobufData => throw new FormatException("'protobuf_data' is not a google.protobuf.Any."),
            DataKind.JsonData when JsonText.IsValid(data.JsonData.Span) =>
                new MessageData(MessageDataType.Json, data.JsonData.Memory, metadata),
            DataKind.JsonData => throw new FormatException("'json_data' is not valid JSON."),
            _ when metadata is not null => new MessageData(MessageDataType.Text, default, metadata),
            _ => throw new FormatException("'data' is missing: text, binary, protobuf or json."),
        };
    }
}

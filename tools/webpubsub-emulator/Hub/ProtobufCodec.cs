using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ServerlessGateway.WebPubSubEmulator.Hub.Wire;
using static ServerlessGateway.WebPubSubEmulator.Hub.Wire.DownstreamMessage.Types;

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// The protobuf subprotocols: binary frames, one message each. They tell no sender's user id, and JSON travels in a
/// field of its own, as Microsoft's protobuf clients expect it.
/// https://learn.microsoft.com/azure/azure-web-pubsub/reference-protobuf-webpubsub-subprotocol
/// </summary>
internal sealed class ProtobufCodec(bool isReliable) : ClientCodec(ClientProtocol.Protobuf)
{
    private static readonly OutboundFrame PongFrame =
        Encode(new DownstreamMessage { PongMessage = new PongMessage() });

    public override ReadResult Read(ReadOnlyMemory<byte> frame, bool isText)
    {
        if (isText)
        {
            return ReadResult.Malformed(
                ConnectionEnd.InvalidType, "The protobuf subprotocol requires binary messages.");
        }

        return ProtobufRequests.Read(frame, isReliable);
    }

    public override OutboundFrame? Pong() => PongFrame;

    public override OutboundFrame? Connected(string connectionId, string? userId, string? reconnectionToken)
    {
        var connected = new SystemMessage.Types.ConnectedMessage { ConnectionId = connectionId, UserId = userId ?? "" };
        if (reconnectionToken is not null) connected.ReconnectionToken = reconnectionToken;
        return Encode(new DownstreamMessage { SystemMessage = new SystemMessage { ConnectedMessage = connected } });
    }

    public override OutboundFrame? Disconnected(string reason) => Encode(new DownstreamMessage
    {
        SystemMessage = new SystemMessage
        {
            DisconnectedMessage = new SystemMessage.Types.DisconnectedMessage { Reason = reason },
        },
    });

    public override OutboundFrame? Ack(ulong ackId) =>
        Encode(new DownstreamMessage { AckMessage = new AckMessage { AckId = ackId, Success = true } });

    public override OutboundFrame? ErrorAck(ulong ackId, string name, string message) => Encode(new DownstreamMessage
    {
        AckMessage = new AckMessage
        {
            AckId = ackId,
            Error = new AckMessage.Types.ErrorMessage { Name = name, Message = message },
        },
    });

    public override OutboundFrame Message(GroupName? group, string? fromUserId, MessageData data)
    {
        var message = new DataMessage { From = group is null ? "server" : "group", Data = Wrap(data) };
        if (group is { } name) message.Group = name.Value;
        if (data.Metadata is { } metadata) message.Metadata.Add(metadata.ToDictionary());
        return Encode(new DownstreamMessage { DataMessage = message });
    }

    /// <summary>
    /// A frame is a tag, a length and the message. Fields may stand in any order, so the id goes between the length,
    /// which grows by it, and the fields that all receivers share.
    /// </summary>
    public override OutboundFrame Sequenced(in OutboundFrame message, ulong sequenceId)
    {
        var fields = message.Bytes[LengthOfHead(message.Bytes.Span)..];
        var idTag = WireFormat.MakeTag(DataMessage.SequenceIdFieldNumber, WireFormat.WireType.Varint);
        var tag = WireFormat.MakeTag(DownstreamMessage.DataMessageFieldNumber, WireFormat.WireType.LengthDelimited);
        var idBytes = CodedOutputStream.ComputeUInt32Size(idTag) + CodedOutputStream.ComputeUInt64Size(sequenceId);
        var length = idBytes + fields.Length;
        var head = new byte[
            CodedOutputStream.ComputeUInt32Size(tag) + CodedOutputStream.ComputeLengthSize(length) + idBytes];
        using var output = new CodedOutputStream(head);
        output.WriteTag(tag);
        output.WriteLength(length);
        output.WriteTag(idTag);
        output.WriteUInt64(sequenceId);
        return message with { Head = head, Bytes = fields };
    }

    // The tag, then the length: bytes with their highest bit set, and a last one without.
    private static int LengthOfHead(ReadOnlySpan<byte> frame)
    {
        var last = 1;
        while ((frame[last] & 0x80) != 0) last++;
        return last + 1;
    }

    private static Wire.MessageData Wrap(MessageData data)
    {
        var bytes = UnsafeByteOperations.UnsafeWrap(data.Bytes);
        return data.Type switch
        {
            MessageDataType.Text => new Wire.MessageData { TextData = bytes },
            MessageDataType.Json => new Wire.MessageData { JsonData = bytes },
            MessageDataType.Protobuf when IsAny(bytes) => new Wire.MessageData { ProtobufData = bytes },
            // Clients of other protocols may call anything protobuf; what is no Any would spoil the whole frame.
            _ => new Wire.MessageData { BinaryData = bytes },
        };
    }

    internal static bool IsAny(ByteString bytes)
    {
        try
        {
            Any.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            // The answer of a probe, not an error: the caller says what is wrong.
            return false;
        }
    }

    private static OutboundFrame Encode(DownstreamMessage message) => new(message.ToByteArray(), false);
}

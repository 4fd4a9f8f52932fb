using System.Text.Json.Nodes;
using ServerlessGateway.WebPubSubEmulator.Hub;
using ServerlessGateway.WebPubSubEmulator.Hub.Wire;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

/// <summary>What a client finds in a frame, in whichever subprotocol; null where the frame says nothing of it.</summary>
internal sealed record DecodedFrame(string? ConnectionId, string? ReconnectionToken, ulong? SequenceId, string? Data)
{
    public static DecodedFrame Of(ClientProtocol protocol, byte[] frame) =>
        protocol == ClientProtocol.Json ? OfJson(frame) : OfProtobuf(frame);

    private static DecodedFrame OfJson(byte[] frame)
    {
        var json = JsonNode.Parse(frame)!;
        return new DecodedFrame(
            (string?)json["connectionId"],
            (string?)json["reconnectionToken"],
            (ulong?)json["sequenceId"],
            (string?)json["data"]);
    }

    private static DecodedFrame OfProtobuf(byte[] frame)
    {
        var message = DownstreamMessage.Parser.ParseFrom(frame);
        var connected = message.SystemMessage?.ConnectedMessage;
        return new DecodedFrame(
            connected?.ConnectionId,
            connected?.ReconnectionToken,
            message.DataMessage?.HasSequenceId == true ? message.DataMessage.SequenceId : null,
            message.DataMessage?.Data.TextData.ToStringUtf8());
    }
}

namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// Clients without subprotocol: every frame is bare data, an event <c>message</c> or, in the mode <c>sendToGroup</c>, a
/// message to that group.
/// </summary>
internal sealed class PlainCodec(PlainMode mode) : ClientCodec(ClientProtocol.Plain)
{
    public override ReadResult Read(ReadOnlyMemory<byte> frame, bool isText)
    {
        var data = new MessageData(isText ? MessageDataType.Text : MessageDataType.Binary, frame.ToArray());
        return new ReadResult(
            mode.Group is { } group
                ? new ClientRequest.SendToGroup(group, data, mode.NoEcho, null)
                : new ClientRequest.Event(EventName.Message, data, null),
            null);
    }

    public override OutboundFrame Message(GroupName? group, string? fromUserId, MessageData data) =>
        new(data.Bytes, data.Type is MessageDataType.Text or MessageDataType.Json);
}

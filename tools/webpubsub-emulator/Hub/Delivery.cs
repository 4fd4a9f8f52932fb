namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// One message on its way to many clients. It is encoded at most once per protocol, and all receivers share the bytes,
/// so the cost of a broadcast is one serialisation and a queue entry per client.
/// </summary>
internal sealed class Delivery
{
    private readonly MessageData _data;
    private readonly GroupName? _group;
    private readonly string? _fromUserId;
    private OutboundFrame? _json;
    private OutboundFrame? _plain;

    private Delivery(MessageData data, GroupName? group, string? fromUserId)
    {
        _data = data;
        _group = group;
        _fromUserId = fromUserId;
    }

    public static Delivery FromServer(MessageData data) => new(data, null, null);

    public static Delivery FromGroup(GroupName group, MessageData data, string? fromUserId = null) =>
        new(data, group, fromUserId);

    public OutboundFrame For(ClientProtocol protocol) => protocol == ClientProtocol.Json
        ? _json ??= JsonMessages.Message(_group, _fromUserId, _data)
        : _plain ??= new OutboundFrame(_data.Bytes, _data.Type is MessageDataType.Text or MessageDataType.Json);
}

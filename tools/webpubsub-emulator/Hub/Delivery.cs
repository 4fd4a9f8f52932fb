namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// One message on its way to many clients. It is encoded at most once per protocol, and all receivers share the bytes,
/// so the cost of a broadcast is one serialisation and a queue entry per client.
/// </summary>
internal sealed class Delivery
{
    private static readonly int ProtocolCount = Enum.GetValues<ClientProtocol>().Length;

    private readonly MessageData _data;
    private readonly GroupName? _group;
    private readonly string? _fromUserId;
    private readonly OutboundFrame?[] _encoded = new OutboundFrame?[ProtocolCount];

    private Delivery(MessageData data, GroupName? group, string? fromUserId)
    {
        _data = data;
        _group = group;
        _fromUserId = fromUserId;
    }

    /// <summary>How long the message is worth delivering; null for always.</summary>
    public TimeSpan? Ttl => _data.TtlSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The group it is sent to; null when it is for connections themselves.</summary>
    public GroupName? Group => _group;

    public static Delivery FromServer(MessageData data) => new(data, null, null);

    public static Delivery FromGroup(GroupName group, MessageData data, string? fromUserId = null) =>
        new(data, group, fromUserId);

    public OutboundFrame For(ClientCodec codec) =>
        _encoded[(int)codec.Protocol] ??= codec.Message(_group, _fromUserId, _data);
}

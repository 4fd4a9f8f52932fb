namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>
/// Reads and writes the frames of one kind of client. A codec holds nothing of a single connection, so all clients of a
/// kind share one. What a protocol has no words for, such as an acknowledgement to a plain client, is null.
/// </summary>
internal abstract class ClientCodec(ClientProtocol protocol)
{
    private static readonly JsonCodec Json = new(isReliable: false);
    private static readonly JsonCodec ReliableJson = new(isReliable: true);
    private static readonly ProtobufCodec Protobuf = new(isReliable: false);
    private static readonly ProtobufCodec ReliableProtobuf = new(isReliable: true);
    private static readonly PlainCodec Plain = new(PlainMode.SendEvent);

    public ClientProtocol Protocol { get; } = protocol;

    public static ClientCodec For(ConnectionSpec spec) => (spec.Protocol, spec.IsReliable) switch
    {
        (ClientProtocol.Json, false) => Json,
        (ClientProtocol.Json, true) => ReliableJson,
        (ClientProtocol.Protobuf, false) => Protobuf,
        (ClientProtocol.Protobuf, true) => ReliableProtobuf,
        _ => spec.PlainMode.Group is null ? Plain : new PlainCodec(spec.PlainMode),
    };

    /// <summary>A frame of the client as a request. The bytes are lent; what is kept of them is copied.</summary>
    public abstract ReadResult Read(ReadOnlyMemory<byte> frame, bool isText);

    /// <summary>A message from a group, also when it came by REST, or from the server when there is no group.</summary>
    public abstract OutboundFrame Message(GroupName? group, string? fromUserId, MessageData data);

    /// <summary>The same message under a sequence id; the bytes of the message stay shared.</summary>
    public virtual OutboundFrame Sequenced(in OutboundFrame message, ulong sequenceId) =>
        throw new InvalidOperationException($"{Protocol} has no sequence ids.");

    public virtual OutboundFrame? Connected(string connectionId, string? userId, string? reconnectionToken) => null;

    public virtual OutboundFrame? Disconnected(string reason) => null;

    public virtual OutboundFrame? Ack(ulong ackId) => null;

    public virtual OutboundFrame? ErrorAck(ulong ackId, string name, string message) => null;

    public virtual OutboundFrame? Pong() => null;
}

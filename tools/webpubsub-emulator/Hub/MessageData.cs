namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>How the bytes of a message are to be read.</summary>
internal enum MessageDataType
{
    Text,
    Json,
    Binary,

    /// <summary>A <c>google.protobuf.Any</c>, encoded.</summary>
    Protobuf,
}

/// <summary>
/// The payload of a message: UTF-8 for text, valid JSON for json, any bytes otherwise, and metadata that travels
/// beside it (header-like names and values) where the sender gave some.
/// </summary>
internal sealed record MessageData(
    MessageDataType Type,
    ReadOnlyMemory<byte> Bytes,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>The longest that a message may be worth delivering; 0 and null mean that it always is.</summary>
    public const int MaxTtlSeconds = 300;

    /// <summary>After so many seconds the message is dropped for those clients that have not got it by then.</summary>
    public int? TtlSeconds { get; init; }
}

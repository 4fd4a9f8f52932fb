namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>How the bytes of a message are to be read.</summary>
internal enum MessageDataType
{
    Text,
    Json,
    Binary,
    Protobuf,
}

/// <summary>
/// The payload of a message: UTF-8 for text, valid JSON for json, any bytes otherwise, and metadata that travels
/// beside it (header-like names and values) where the sender gave some.
/// </summary>
internal sealed record MessageData(
    MessageDataType Type,
    ReadOnlyMemory<byte> Bytes,
    IReadOnlyDictionary<string, string>? Metadata = null);

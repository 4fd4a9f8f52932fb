using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backend;

/// <summary>Collects what a handler answers to one message. The answers leave together, after it returned and before the event is done.</summary>
public sealed class Answers
{
    /// <summary>Answers to one message: the number of an answer is the source's offset × 256 + its index.</summary>
    public const int MaxPerMessage = 256;

    internal Answers()
    {
    }

    /// <summary>Publishes an object as JSON.</summary>
    public void Publish<T>(string channel, T data) => throw new NotImplementedException();

    /// <summary>Publishes the UTF-8 bytes of one JSON value as they are.</summary>
    public void PublishJson(string channel, ReadOnlyMemory<byte> json) => throw new NotImplementedException();

    internal IReadOnlyList<(ChannelName Channel, RawJson Data)> Items => throw new NotImplementedException();
}

using System.Text.Json;
using System.Text.Unicode;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backend;

/// <summary>
/// Collects what a handler answers to one message. The answers leave together, after the handler returned and before
/// the event is done, so a handler that fails has answered nothing.
/// </summary>
public sealed class Answers
{
    /// <summary>Answers to one message: the number of an answer is the source's offset × 256 + its index.</summary>
    public const int MaxPerMessage = 256;

    private readonly List<(ChannelName Channel, RawJson Data)> _items = [];

    internal Answers()
    {
    }

    internal IReadOnlyList<(ChannelName Channel, RawJson Data)> Items => _items;

    /// <summary>Publishes an object as JSON with the usual web names.</summary>
    /// <exception cref="ArgumentException">Not a channel name, or the payload is over 192 KiB or nested too
    /// deeply.</exception>
    /// <exception cref="InvalidOperationException">It would be the 257th answer to this message.</exception>
    public void Publish<T>(string channel, T data) =>
        PublishJson(channel, JsonSerializer.SerializeToUtf8Bytes(data, JsonSerializerOptions.Web));

    /// <summary>Publishes the UTF-8 bytes of one JSON value as they are.</summary>
    /// <exception cref="ArgumentException">Not a channel name, not UTF-8, not one JSON value, or the payload is over 192
    /// KiB or nested too deeply.</exception>
    /// <exception cref="InvalidOperationException">It would be the 257th answer to this message.</exception>
    public void PublishJson(string channel, ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = ClientLimits.MaxPayloadDepth });
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException exception)
        {
            throw new ArgumentException(
                $"The answer is not one JSON value: {exception.Message}", nameof(json), exception);
        }

        // The reader looks for structure only; what is no text would become a gap for every subscriber.
        if (!Utf8.IsValid(json.Span))
        {
            throw new ArgumentException("The answer is not UTF-8.", nameof(json));
        }

        Add(channel, json);
    }

    private void Add(string channel, ReadOnlyMemory<byte> json)
    {
        if (!ChannelName.TryParse(channel, out var name))
        {
            throw new ArgumentException($"'{channel}' is not a channel name.", nameof(channel));
        }

        if (json.Length > ClientLimits.HighestMaxPayloadBytes)
        {
            throw new ArgumentException(
                $"The answer has {json.Length} bytes; the limit is {ClientLimits.HighestMaxPayloadBytes}.",
                nameof(json));
        }

        if (_items.Count == MaxPerMessage)
        {
            throw new InvalidOperationException(
                $"One message can be answered {MaxPerMessage} times; send more in one payload.");
        }

        _items.Add((name, new RawJson(json)));
    }
}

using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Reading;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Sequencing;

/// <summary>
/// Builds what is sent of segments: frames for clients, events for backends. Payloads go in as the bytes they came
/// with.
/// </summary>
internal static class FrameBuilder
{
    /// <summary>900 KiB: Web PubSub takes 1 MB, and wraps what it takes.</summary>
    public const int MaxFrameBytes = 900 * 1024;

    /// <summary>240 KiB: Service Bus Standard takes 256 KiB, properties included.</summary>
    public const int MaxEventBytes = 240 * 1024;

    private const int FixedBytes = 512;
    private const int MessageBytes = 192;

    /// <summary>The longest that one character becomes as JSON: an escape of six.</summary>
    private const int MaxBytesPerCharacter = 6;

    /// <summary>
    /// The messages as JSON, each piece with its last offset, cut between messages so that none passes the limit.
    /// </summary>
    public static IReadOnlyList<(long LastOffset, byte[] Json)> Build(
        ChannelName channel, string epoch, IReadOnlyList<Segment> segments, int maxBytes)
    {
        List<(long, byte[])> frames = [];
        List<GatewayMessage> messages = [];
        var size = FixedBytes;
        foreach (var message in segments.SelectMany(MessagesOf))
        {
            var bytes = SizeOf(message);
            if (messages.Count > 0 && size + bytes > maxBytes)
            {
                Flush();
            }

            messages.Add(message);
            size += bytes;
        }

        Flush();
        return frames;

        void Flush()
        {
            if (messages.Count > 0)
            {
                frames.Add((messages[^1].Offset, RequestCodec.Encode(new MessagesFrame(channel.Value, epoch, [.. messages]))));
                messages.Clear();
                size = FixedBytes;
            }
        }
    }

    private static IEnumerable<GatewayMessage> MessagesOf(Segment segment) => segment.Entries.Select(
        (entry, at) => ChannelReader.ToMessage(entry, segment.FirstOffset + at, segment.EnqueuedAt));

    private static int SizeOf(GatewayMessage message) =>
        MessageBytes + message.Data.Length + ((message.User?.Length ?? 0) * MaxBytesPerCharacter) + (message.Publisher?.Length ?? 0);
}

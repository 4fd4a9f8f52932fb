using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ServerlessGateway.Channels.Log;
using ServerlessGateway.Channels.Sequencing;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backends;

/// <summary>
/// What backends get: the same JSON as clients' live frames, or a gap where retention was faster than the topic.
/// </summary>
internal static class ChannelEvents
{
    public const string Messages = "messages";
    public const string Gap = "gap";

    /// <summary>Events of segments, in order, each with its last offset.</summary>
    public static IEnumerable<(long LastOffset, ChannelEvent Event)> OfSegments(
        ChannelName channel, string epoch, IReadOnlyList<Segment> segments) =>
        FrameBuilder.Build(channel, epoch, segments, FrameBuilder.MaxEventBytes).Select(frame => (
            frame.LastOffset, new ChannelEvent(IdOf(channel, epoch, Messages, frame.LastOffset), epoch, Messages, frame.Json)));

    /// <summary><c>{"type":"gap","channel":…,"epoch":…,"gap":{"from":…,"to":…}}</c>.</summary>
    public static ChannelEvent OfGap(ChannelName channel, string epoch, OffsetRange range)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", Gap);
            writer.WriteString("channel", channel.Value);
            writer.WriteString("epoch", epoch);
            writer.WriteStartObject("gap");
            writer.WriteNumber("from", range.From);
            writer.WriteNumber("to", range.To);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return new ChannelEvent(IdOf(channel, epoch, Gap, range.To), epoch, Gap, buffer.WrittenSpan.ToArray());
    }

    /// <summary>
    /// The same for the same content, so a topic that looks for duplicates drops what is sent twice; 64 characters of
    /// at most 128.
    /// </summary>
    private static string IdOf(ChannelName channel, string epoch, string kind, long lastOffset) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{channel}\0{epoch}\0{kind}\0{lastOffset}"))));
}

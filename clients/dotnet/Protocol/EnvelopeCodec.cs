using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessGateway.Protocol;

/// <summary>How reading an envelope ended.</summary>
public enum EnvelopeReadStatus
{
    /// <summary>Read.</summary>
    Read,

    /// <summary>Not ours, cut, or changed on the way: it can never be read.</summary>
    Unreadable,

    /// <summary>Of a version that this process does not read yet: leave it to a newer one.</summary>
    UnknownVersion,
}

/// <summary>
/// The binary form of an envelope. Layout: <c>"GE"</c>, version, id (16 bytes); then length-prefixed the table of
/// channels and each publication; last 8 bytes of SHA-256 over all before. Records are length-prefixed so that a reader
/// of version N can skip what N + 1 appended to them: it reads its own version and the next.
/// </summary>
public static class EnvelopeCodec
{
    /// <summary>What this process writes.</summary>
    public const byte Version = 1;

    private const byte HighestReadableVersion = Version + 1;
    private const int ChecksumBytes = 8;
    private const int HeaderBytes = 2 + 1 + 16;

    /// <summary>An upper bound of what a publication adds to an envelope, in bytes.</summary>
    public static int SizeOf(Publication publication) =>
        80 + publication.Channel.Value.Length + (publication.User.Length * 3) + publication.Data.Length;

    /// <summary>Encodes an envelope.</summary>
    public static byte[] Encode(Envelope envelope)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write("GE"u8);
        writer.Write(Version);
        writer.Write(envelope.Id.ToByteArray(bigEndian: true));
        var channels = envelope.Publications.Select(publication => publication.Channel).Distinct().ToList();
        writer.Write7BitEncodedInt(channels.Count);
        channels.ForEach(channel => writer.Write(channel.Value));
        var index = channels.Select((channel, at) => (channel, at)).ToDictionary(pair => pair.channel, pair => pair.at);
        writer.Write7BitEncodedInt(envelope.Publications.Count);
        foreach (var publication in envelope.Publications)
        {
            WritePublication(writer, publication, index[publication.Channel]);
        }

        writer.Flush();
        writer.Write(Checksum(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Decodes an envelope; the payloads are copies, so the body may be reused.</summary>
    public static EnvelopeReadStatus TryDecode(ReadOnlySpan<byte> body, out Envelope? envelope)
    {
        envelope = null;
        if (body.Length < HeaderBytes + ChecksumBytes || !body.StartsWith("GE"u8)
            || !Checksum(body[..^ChecksumBytes]).AsSpan().SequenceEqual(body[^ChecksumBytes..]))
        {
            return EnvelopeReadStatus.Unreadable;
        }

        if (body[2] is 0 or > HighestReadableVersion)
        {
            return EnvelopeReadStatus.UnknownVersion;
        }

        try
        {
            envelope = Read(body[..^ChecksumBytes].ToArray());
            return EnvelopeReadStatus.Read;
        }
        catch (Exception exception)
            when (exception is EndOfStreamException or FormatException or ArgumentException or IOException
                or DecoderFallbackException)
        {
            // The checksum held, so a faulty writer made it: no other process will read it either.
            return EnvelopeReadStatus.Unreadable;
        }
    }

    /// <summary>The text of <see cref="Envelope.ChannelsProperty"/>.</summary>
    public static string DescribeChannels(Envelope envelope) => string.Join(';', envelope.Publications
        .GroupBy(publication => publication.Channel)
        .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key}={group.Count()}")));

    /// <summary>
    /// Reads <see cref="Envelope.ChannelsProperty"/>; what is not a channel with a count is left out.
    /// </summary>
    public static IReadOnlyList<(ChannelName Channel, int Count)> ParseChannels(string? description)
    {
        var found = new List<(ChannelName, int)>();
        foreach (var part in (description ?? string.Empty).Split(';'))
        {
            var split = part.LastIndexOf('=');
            if (split > 0 && ChannelName.TryParse(part[..split], out var channel)
                && int.TryParse(part.AsSpan(split + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count is > 0 and <= Envelope.MaxPublications)
            {
                found.Add((channel, count));
            }
        }

        return found;
    }

    private static void WritePublication(BinaryWriter writer, Publication publication, int channel)
    {
        using var record = new MemoryStream();
        using (var fields = new BinaryWriter(record, Encoding.UTF8, leaveOpen: true))
        {
            fields.Write7BitEncodedInt(channel);
            Span<byte> key = stackalloc byte[PublisherKey.Length];
            BinaryPrimitives.WriteUInt128BigEndian(key, publication.Key.Value);
            fields.Write(key);
            fields.Write(publication.Publisher);
            fields.Write(publication.User);
            fields.Write7BitEncodedInt64(publication.Number);
            fields.Write7BitEncodedInt(publication.Data.Length);
            fields.Write(publication.Data.Utf8.Span);
        }

        writer.Write7BitEncodedInt((int)record.Length);
        writer.Write(record.GetBuffer().AsSpan(0, (int)record.Length));
    }

    private static Envelope Read(byte[] body)
    {
        using var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
        reader.BaseStream.Position = 3;
        var id = new Guid(reader.ReadBytes(16), bigEndian: true);
        var channels = new ChannelName[Bounded(reader.Read7BitEncodedInt(), Envelope.MaxPublications)];
        for (var at = 0; at < channels.Length; at++)
        {
            channels[at] = ChannelName.Parse(reader.ReadString());
        }

        var publications = new Publication[Bounded(reader.Read7BitEncodedInt(), Envelope.MaxPublications)];
        for (var at = 0; at < publications.Length; at++)
        {
            var length = Bounded(reader.Read7BitEncodedInt(), body.Length);
            var end = reader.BaseStream.Position + length;
            publications[at] = ReadPublication(reader, channels);
            reader.BaseStream.Position = end;
        }

        return new Envelope(id, publications);
    }

    private static Publication ReadPublication(BinaryReader reader, ChannelName[] channels)
    {
        var channel = channels[Bounded(reader.Read7BitEncodedInt(), channels.Length - 1)];
        var key = new PublisherKey(BinaryPrimitives.ReadUInt128BigEndian(reader.ReadBytes(PublisherKey.Length)));
        var publisher = reader.ReadString();
        var user = reader.ReadString();
        var number = reader.Read7BitEncodedInt64();
        var length = Bounded(reader.Read7BitEncodedInt(), (int)reader.BaseStream.Length);
        var data = reader.ReadBytes(length);
        return data.Length == length
            ? new Publication(channel, key, publisher, user, number, new RawJson(data))
            : throw new EndOfStreamException();
    }

    private static int Bounded(int value, int highest) =>
        value >= 0 && value <= highest ? value : throw new FormatException("A count lies outside of its bounds.");

    private static byte[] Checksum(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes)[..ChecksumBytes];
}

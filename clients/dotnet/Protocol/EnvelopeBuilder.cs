using System.Globalization;

namespace ServerlessGateway.Protocol;

/// <summary>
/// Gathers publications up to what one Service Bus message can carry: body, count, and the text of
/// <see cref="Envelope.ChannelsProperty"/>, which has to fit beside the body.
/// </summary>
public sealed class EnvelopeBuilder
{
    /// <summary>12 KiB of the 16 KiB that <see cref="Envelope.MaxBodyBytes"/> leaves free.</summary>
    public const int MaxDescriptionBytes = 12 * 1024;

    private const int FixedBytes = 64;

    private readonly List<Publication> _publications = [];
    private readonly HashSet<ChannelName> _channels = [];
    private int _bodyBytes = FixedBytes;
    private int _descriptionBytes;

    /// <summary>How many were added.</summary>
    public int Count => _publications.Count;

    /// <summary>
    /// Adds a publication; false where the envelope is full. The first always fits, if its payload is within the limit.
    /// </summary>
    public bool TryAdd(Publication publication)
    {
        var bodyBytes = _bodyBytes + EnvelopeCodec.SizeOf(publication);
        var isNew = !_channels.Contains(publication.Channel);
        var descriptionBytes = _descriptionBytes + (isNew ? publication.Channel.Value.Length + CountBytes : 0);
        var fits = bodyBytes <= Envelope.MaxBodyBytes && descriptionBytes <= MaxDescriptionBytes
            && _publications.Count < Envelope.MaxPublications;
        if (_publications.Count > 0 && !fits)
        {
            return false;
        }

        _publications.Add(publication);
        _channels.Add(publication.Channel);
        (_bodyBytes, _descriptionBytes) = (bodyBytes, descriptionBytes);
        return true;
    }

    /// <summary>The envelope of what was added.</summary>
    public Envelope Build(Guid id) => new(id, [.. _publications]);

    /// <summary><c>=</c>, the largest count and <c>;</c>.</summary>
    private static int CountBytes { get; } =
        2 + Envelope.MaxPublications.ToString(CultureInfo.InvariantCulture).Length;
}

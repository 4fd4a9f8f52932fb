using ServerlessGateway.Proof.Histories;

namespace ServerlessGateway.Proof.Judge;

/// <summary>One subscriber before the judge.</summary>
internal sealed class SubscriberCase(
    string name,
    IReadOnlyList<SubscriberRecord> records,
    Publications published,
    Places places,
    IReadOnlyDictionary<string, string> answersTo,
    Action<string> find)
{
    private readonly HashSet<(string Channel, string Identity)> _handed = [];
    private readonly Dictionary<string, (string Epoch, long Offset)> _at = [];
    private readonly Dictionary<(string Channel, string Publisher), long> _numbers = [];
    private readonly HashSet<(string Channel, string Digest)> _answered = [];
    private readonly List<(string Channel, string Epoch, long From, long To)> _gaps = [];
    private int _delivered;
    private int _duplicated;
    private int _misordered;
    private int _corrupted;

    public SubscriberVerdict Judge()
    {
        foreach (var record in records)
        {
            switch (record.Kind)
            {
                case "message":
                    Message(record);
                    break;
                case "gap":
                    _gaps.Add((record.Channel, record.Epoch, record.From ?? record.Offset, record.Offset));
                    _at[record.Channel] = (record.Epoch, record.Offset);
                    break;
                case "subscribed":
                    // Whoever comes back is not excused: what follows has to follow what was handed on before.
                    _at.TryAdd(record.Channel, (record.Epoch, record.Offset));
                    break;
                default:
                    _at[record.Channel] = (record.Epoch, record.Offset);
                    break;
            }
        }

        var (expected, lost, reported) = Owed();
        return new SubscriberVerdict(name, expected, _delivered, lost, _duplicated, _misordered, _corrupted, reported);
    }

    private void Message(SubscriberRecord record)
    {
        _delivered++;
        if (!_handed.Add((record.Channel, $"{record.Publisher}/{record.Number}")))
        {
            _duplicated++;
            find($"{name} was handed {Describe(record)} again.");
            return;
        }

        Order(record);
        if (answersTo.TryGetValue(record.Channel, out var source))
        {
            Answer(record, source);
        }
        else
        {
            Payload(record);
        }
    }

    private void Order(SubscriberRecord record)
    {
        var known = _at.GetValueOrDefault(record.Channel);
        // A reader that had no epoch yet takes the first one; within an epoch offsets step by one.
        var follows = (known.Epoch is null or "" || known.Epoch == record.Epoch) && record.Offset == known.Offset + 1;
        var publisher = (record.Channel, record.Publisher!);
        var rises = record.Number > _numbers.GetValueOrDefault(publisher, long.MinValue);
        if (!follows || !rises || !places.Agrees(record))
        {
            _misordered++;
            find($"{name} was handed {Describe(record)} out of order, behind offset {known.Offset} of {known.Epoch}.");
        }

        _at[record.Channel] = (record.Epoch, record.Offset);
        _numbers[publisher] = Math.Max(record.Number ?? 0, _numbers.GetValueOrDefault(publisher, long.MinValue));
    }

    private void Payload(SubscriberRecord record)
    {
        var isKnown = published.ByIdentity.TryGetValue((record.Channel, record.Publisher!, record.Number ?? 0), out var publication);
        if (!isKnown || publication!.Digest != record.Digest || publication.Outcome == "refused")
        {
            _corrupted++;
            find($"{name} was handed {Describe(record)}, which {(isKnown ? "was refused or has another payload" : "nobody published")}.");
        }
    }

    private void Answer(SubscriberRecord record, string source)
    {
        var digest = record.Answers ?? string.Empty;
        if (!published.ByChannelAndDigest.Contains((source, digest)))
        {
            _corrupted++;
            find($"{name} was handed {Describe(record)}, an answer to nothing that was published in {source}.");
        }
        else if (!_answered.Add((record.Channel, digest)))
        {
            _duplicated++;
            find($"{name} was handed a second answer, {Describe(record)}, to the same publication.");
        }
    }

    private (int Expected, int Lost, int Reported) Owed()
    {
        var (expected, lost, reported) = (0, 0, 0);
        foreach (var channel in records.Where(record => record.Kind == "subscribed").Select(record => record.Channel).Distinct())
        {
            var isAnswers = answersTo.TryGetValue(channel, out var source);
            foreach (var publication in published.AcceptedByChannel[isAnswers ? source! : channel])
            {
                expected++;
                var was = isAnswers
                    ? _answered.Contains((channel, publication.Digest))
                    : _handed.Contains((channel, $"{publication.Publisher}/{publication.Number}"));
                if (was)
                {
                    continue;
                }

                if (!isAnswers && LiesInGap(publication))
                {
                    reported++;
                    continue;
                }

                lost++;
                find($"{name} was never handed {(isAnswers ? "the answer to " : string.Empty)}"
                    + $"{publication.Publisher}/{publication.Number} of {publication.Channel}, which was accepted.");
            }
        }

        return (expected, lost, reported);
    }

    private bool LiesInGap(PublicationRecord publication) => places.PlaceOf(publication) is { } place
        && _gaps.Any(gap => gap.Channel == publication.Channel && gap.Epoch == place.Epoch
            && gap.From <= place.Offset && place.Offset <= gap.To);

    private static string Describe(SubscriberRecord record) =>
        $"{record.Channel} {record.Epoch}.{record.Offset} ({record.Publisher}/{record.Number})";
}

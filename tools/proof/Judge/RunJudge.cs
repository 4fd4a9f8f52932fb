using ServerlessGateway.Proof.Histories;

namespace ServerlessGateway.Proof.Judge;

/// <summary>
/// Compares what was acknowledged with what each subscriber was handed. What is owed is computed from acknowledgements and subscriptions
/// alone, never from deliveries: a message that nobody got would otherwise be owed to nobody.
/// </summary>
/// <param name="answersTo">
/// The channels on which a backend answers, with the channels whose publications it answers; an answer names the digest of what it answers.
/// </param>
public sealed class RunJudge(IReadOnlyDictionary<string, string> answersTo)
{
    private const int MaxFindings = 20;

    /// <summary>Judges a run.</summary>
    public Verdict Judge(History history)
    {
        var findings = new List<string>();
        var published = new Publications(history.Publications);
        var places = new Places(history.Subscribers.Values);
        List<SubscriberVerdict> verdicts =
        [
            .. history.Subscribers.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair =>
                new SubscriberCase(pair.Key, pair.Value, published, places, answersTo, Find).Judge()),
        ];
        return new Verdict(history.Publications.Count, published.Accepted.Count, verdicts, findings);

        void Find(string finding)
        {
            if (findings.Count < MaxFindings)
            {
                findings.Add(finding);
            }
        }
    }
}

/// <summary>The publications of a run, by identity and by channel.</summary>
internal sealed class Publications
{
    public Publications(IReadOnlyList<PublicationRecord> records)
    {
        ByIdentity = records.ToDictionary(record => (record.Channel, record.Publisher, record.Number));
        Accepted = [.. records.Where(record => record.Outcome == "accepted")];
        AcceptedByChannel = Accepted.ToLookup(record => record.Channel);
        ByChannelAndDigest = records.ToLookup(record => (record.Channel, record.Digest));
    }

    public IReadOnlyDictionary<(string Channel, string Publisher, long Number), PublicationRecord> ByIdentity { get; }

    public IReadOnlyList<PublicationRecord> Accepted { get; }

    public ILookup<string, PublicationRecord> AcceptedByChannel { get; }

    public ILookup<(string Channel, string Digest), PublicationRecord> ByChannelAndDigest { get; }
}

/// <summary>
/// Which message stands at which place, as subscribers saw it: the first that saw a place says, all others have to agree. Used for the one order per
/// channel and for telling whether a missing message lies in a reported gap, never for what is owed.
/// </summary>
internal sealed class Places
{
    private readonly Dictionary<(string Channel, string Epoch, long Offset), string> _identities = [];
    private readonly Dictionary<(string Channel, string Identity), (string Epoch, long Offset)> _places = [];

    public Places(IEnumerable<IReadOnlyList<SubscriberRecord>> histories)
    {
        foreach (var record in histories.SelectMany(history => history).Where(record => record.Kind == "message"))
        {
            _identities.TryAdd((record.Channel, record.Epoch, record.Offset), IdentityOf(record));
            _places.TryAdd((record.Channel, IdentityOf(record)), (record.Epoch, record.Offset));
        }
    }

    public static string IdentityOf(SubscriberRecord record) => $"{record.Publisher}/{record.Number}/{record.Digest}";

    public bool Agrees(SubscriberRecord record) =>
        _identities[(record.Channel, record.Epoch, record.Offset)] == IdentityOf(record);

    public (string Epoch, long Offset)? PlaceOf(PublicationRecord publication) =>
        _places.TryGetValue((publication.Channel, $"{publication.Publisher}/{publication.Number}/{publication.Digest}"), out var place)
            ? place
            : null;
}

namespace ServerlessGateway.Proof.Judge;

/// <summary>What the judge found.</summary>
/// <param name="Published">Publications handed to clients.</param>
/// <param name="Acknowledged">Publications with the outcome accepted.</param>
/// <param name="Subscribers">What each subscriber was owed and got.</param>
/// <param name="Findings">The first faults, each as a sentence; bounded.</param>
public sealed record Verdict(
    int Published, int Acknowledged, IReadOnlyList<SubscriberVerdict> Subscribers, IReadOnlyList<string> Findings)
{
    /// <summary>Messages that subscribers were owed.</summary>
    public int Expected => Subscribers.Sum(subscriber => subscriber.Expected);

    /// <summary>Messages that subscribers were handed.</summary>
    public int Delivered => Subscribers.Sum(subscriber => subscriber.Delivered);

    /// <summary>Messages owed, not handed on, and not reported as a gap.</summary>
    public int Lost => Subscribers.Sum(subscriber => subscriber.Lost);

    /// <summary>Messages handed on again.</summary>
    public int Duplicated => Subscribers.Sum(subscriber => subscriber.Duplicated);

    /// <summary>Messages out of order: a hole, a step back, or an offset that holds another message for another subscriber.</summary>
    public int Misordered => Subscribers.Sum(subscriber => subscriber.Misordered);

    /// <summary>Messages whose payload is not what was published, and messages that nobody published.</summary>
    public int Corrupted => Subscribers.Sum(subscriber => subscriber.Corrupted);

    /// <summary>Messages owed that were reported as a gap: kept promises, yet no delivery.</summary>
    public int ReportedGaps => Subscribers.Sum(subscriber => subscriber.ReportedGaps);

    /// <summary>True where every promise was kept.</summary>
    public bool Holds => Lost == 0 && Duplicated == 0 && Misordered == 0 && Corrupted == 0;
}

/// <summary>One subscriber's part of a verdict.</summary>
/// <param name="Name">The subscriber.</param>
/// <param name="Expected">Accepted publications of its channels, and answers to them.</param>
/// <param name="Delivered">Messages handed on.</param>
/// <param name="Lost">Owed, not handed on, not reported.</param>
/// <param name="Duplicated">Handed on again.</param>
/// <param name="Misordered">Out of order.</param>
/// <param name="Corrupted">Another payload, or never published.</param>
/// <param name="ReportedGaps">Owed and reported as a gap.</param>
public sealed record SubscriberVerdict(
    string Name, int Expected, int Delivered, int Lost, int Duplicated, int Misordered, int Corrupted, int ReportedGaps);

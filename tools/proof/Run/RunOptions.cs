namespace ServerlessGateway.Proof.Run;

/// <summary>What a proof run does.</summary>
public sealed record RunOptions
{
    /// <summary>Where clients negotiate.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Makes the token of a user that may publish to and subscribe to everything in the run.</summary>
    public required Func<string, string> TokenOf { get; init; }

    /// <summary>Where the histories are written.</summary>
    public required string HistoryFolder { get; init; }

    /// <summary>Names of the instances, for spreading clients over them.</summary>
    public required IReadOnlyList<string> Instances { get; init; }

    /// <summary>Publications in all.</summary>
    public int Messages { get; init; } = 3000;

    /// <summary>Publishers.</summary>
    public int Publishers { get; init; } = 4;

    /// <summary>Subscribers.</summary>
    public int Subscribers { get; init; } = 12;

    /// <summary>Lines that the first publisher publishes instead of generated payloads; repeated where there are too few.</summary>
    public IReadOnlyList<string> Input { get; init; } = [];

    /// <summary>The channels that are published to.</summary>
    public IReadOnlyList<string> Channels { get; init; } = ["orders:1", "orders:2", "orders:3", "news:sport", "news:weather", "news:science"];

    /// <summary>Channels on which the backend answers, with the channel whose messages it answers.</summary>
    public IReadOnlyDictionary<string, string> Answers { get; init; } = new Dictionary<string, string>
    {
        ["replies:1"] = "orders:1",
        ["replies:2"] = "orders:2",
        ["replies:3"] = "orders:3",
    };

    /// <summary>Publications of one publisher that are under way at a time, until a subscriber has been handed them.</summary>
    public int Window { get; init; } = 8;

    /// <summary>The seed of payloads.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long clients may take to finish after the last publication.</summary>
    public TimeSpan FinishWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A fault planted into what one subscriber writes down, to see the judge fail; null for an honest run.</summary>
    public PlantedFault? Plant { get; init; }
}

/// <summary>Faults that can be planted between a client and its history.</summary>
public enum PlantedFault
{
    /// <summary>One message is not written down.</summary>
    Lost,

    /// <summary>One message is written down twice.</summary>
    Doubled,

    /// <summary>Two messages change places.</summary>
    Misordered,

    /// <summary>One message has another payload.</summary>
    Corrupted,
}

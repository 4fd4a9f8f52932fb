namespace ServerlessGateway.Channels.Sequencing;

/// <summary>How messages are sequenced. Section <c>Gateway:Sequencing</c>.</summary>
internal sealed class SequencingOptions : IGatewayOptions
{
    public static string SectionName => "Gateway:Sequencing";

    /// <summary>
    /// How long a process keeps a session before others get a turn, and how long it tries again when something fails.
    /// Default 60 s; 10 s to 110 s: the host renews a session's lock for two minutes.
    /// </summary>
    public TimeSpan SessionHold { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long before the end of the session's lock no further attempt begins. Default 10 s; 5 s to 20 s: a call that
    /// is under way must end within it.
    /// </summary>
    public TimeSpan LockMargin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time of one call to the store. Default 5 s; 1 s to 10 s.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest time of one send to one destination; after it the destination is repaired. Default 3 s; 500 ms to 10
    /// s.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Channels of one envelope that are handled side by side. Default 8; 1 to 64.</summary>
    public int ParallelChannels { get; set; } = 8;

    /// <summary>
    /// The bytes of heads kept between envelopes, so that a commit needs no read before it. Default 64 MiB; 1 MiB to 1
    /// GiB.
    /// </summary>
    public int MaxCachedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long a channel is silent until its head is told once more. Default 2 s; 500 ms to 30 s.</summary>
    public TimeSpan QuietAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Channels that wait to become quiet; beyond, the oldest is told at once. Default 5,000; 1 to 100,000.
    /// </summary>
    public int MaxQuietChannels { get; set; } = 5000;

    public void Validate(OptionsReport report)
    {
        report.Range(nameof(SessionHold), SessionHold, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(110));
        report.Range(nameof(LockMargin), LockMargin, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
        report.Range(nameof(StoreTimeout), StoreTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        report.Range(nameof(SendTimeout), SendTimeout, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));
        report.Range(nameof(ParallelChannels), ParallelChannels, 1, 64);
        report.Range(nameof(MaxCachedBytes), MaxCachedBytes, 1024 * 1024, 1024 * 1024 * 1024);
        report.Range(nameof(QuietAfter), QuietAfter, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
        report.Range(nameof(MaxQuietChannels), MaxQuietChannels, 1, 100_000);
    }
}

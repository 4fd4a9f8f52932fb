namespace ServerlessGateway.Client.Core;

/// <summary>The running counts behind <see cref="ClientStatistics"/>.</summary>
internal sealed class Tally
{
    public long Accepted { get; set; }

    public long Refused { get; set; }

    public long Unknown { get; set; }

    public long PublishRequests { get; set; }

    public long Repeated { get; set; }

    public long Messages { get; set; }

    public long Dropped { get; set; }

    public long Gaps { get; set; }

    public long Resets { get; set; }

    public long Reads { get; set; }

    public long Connections { get; set; }

    public long Resumes { get; set; }

    public ClientStatistics Snapshot() => new(
        Accepted, Refused, Unknown, PublishRequests, Repeated, Messages, Dropped, Gaps, Resets, Reads, Connections,
        Resumes);
}

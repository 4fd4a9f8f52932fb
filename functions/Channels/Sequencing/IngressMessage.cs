namespace ServerlessGateway.Channels.Sequencing;

/// <summary>A message of the queue <c>ingress</c>, as the sequencer needs it.</summary>
/// <param name="Session">The Service Bus session: a shard, or an instance's own.</param>
/// <param name="MessageId">Service Bus's id of the message.</param>
/// <param name="Subject">What it is: publications, or a task of the gateway to itself.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="Channels">The channels and counts that an envelope names beside its body; null where it names
/// none.</param>
/// <param name="EnqueuedAt">When Service Bus accepted it.</param>
/// <param name="SequenceNumber">Service Bus's number of it.</param>
internal sealed record IngressMessage(
    string Session, string MessageId, string? Subject, ReadOnlyMemory<byte> Body, string? Channels, DateTimeOffset EnqueuedAt, long SequenceNumber)
{
    /// <summary>
    /// An operator sent it again from the dead letters. Its numbers lie below what its publishers have reached since,
    /// so it is compared with the log instead (rule S3).
    /// </summary>
    public bool IsResubmitted { get; init; }
}

/// <summary>What is to become of a message.</summary>
internal abstract record SequencingResult
{
    /// <summary>All is done: complete it.</summary>
    public sealed record Complete : SequencingResult;

    /// <summary>
    /// All that can be done is done, and it holds something that can never be delivered: dead-letter it.
    /// </summary>
    public sealed record DeadLetter(string Reason, string Description) : SequencingResult;

    /// <summary>Not done: release the session and leave it unsettled, for whoever accepts the session next.</summary>
    public sealed record Leave(string Reason) : SequencingResult;
}

using System.ComponentModel.DataAnnotations;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>How publications are gathered and made durable. Section <c>Gateway:Publishing</c>.</summary>
internal sealed class PublishingOptions
{
    public const string SectionName = "Gateway:Publishing";

    /// <summary>Every publish request is answered within this time. Web PubSub waits 100 s; clients should not have to.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(18);

    /// <summary>The most bytes that wait in this process, over all shards; beyond, publications are answered <c>busy</c>.</summary>
    [Range(1024 * 1024, 1024 * 1024 * 1024)]
    public int MaxWaitingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The longest pause between envelopes of a shard while the queue is throttled.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan MaxGatheringTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause after the first throttled send; it doubles with each further one, and halves with each success.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:02")]
    public TimeSpan FirstGatheringTime { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a read of the shard plan may be used. A send counts as accepted only if it was acknowledged within it, so a change of
    /// the plan knows how long it has to wait.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:05:00")]
    public TimeSpan ShardPlanHold { get; set; } = TimeSpan.FromSeconds(60);
}

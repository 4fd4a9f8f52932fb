using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace ServerlessGateway.ServiceBusEmulator.Broker.Filters;

/// <summary>
/// What SQL filters find under <c>sys.</c>: the public properties of a message, in any case. Those that a message has
/// only once it was received are there and null.
/// </summary>
internal static class SystemProperties
{
    private static readonly FrozenDictionary<string, Func<FilterSubject, object?>> Readers =
        new Dictionary<string, Func<FilterSubject, object?>>
        {
            ["ContentType"] = subject => subject.Message.ContentType,
            ["CorrelationId"] = subject => subject.Message.CorrelationId,
            ["DeadLetterSource"] = _ => null,
            ["DeliveryCount"] = _ => 0,
            ["EnqueuedSequenceNumber"] = subject => subject.SequenceNumber,
            ["EnqueuedTimeUtc"] = subject => subject.EnqueuedTime,
            ["ExpiresAtUtc"] = ExpiresAt,
            ["Label"] = subject => subject.Message.Subject,
            ["LockedUntilUtc"] = _ => null,
            ["LockToken"] = _ => null,
            ["MessageId"] = subject => subject.Message.MessageId,
            ["PartitionKey"] = subject => subject.Message.PartitionKey,
            ["ReplyTo"] = subject => subject.Message.ReplyTo,
            ["ReplyToSessionId"] = subject => subject.Message.ReplyToSessionId,
            ["ScheduledEnqueueTimeUtc"] = subject => subject.Message.ScheduledEnqueueTime,
            ["SequenceNumber"] = subject => subject.SequenceNumber,
            ["SessionId"] = subject => subject.Message.SessionId,
            ["Size"] = subject => (long)subject.Message.Payload.Length,
            ["Subject"] = subject => subject.Message.Subject,
            ["TimeToLive"] = subject => subject.Message.TimeToLive,
            ["To"] = subject => subject.Message.To,
            ["ViaPartitionKey"] = _ => null,
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>All names, for people who asked for one that there is not.</summary>
    internal static string Names { get; } = string.Join(", ", Readers.Keys.Order(StringComparer.Ordinal));

    internal static bool TryFind(string name, [NotNullWhen(true)] out Func<FilterSubject, object?>? read) =>
        Readers.TryGetValue(name, out read);

    private static object? ExpiresAt(FilterSubject subject) =>
        subject.Message.TimeToLive is { } life && life < DateTimeOffset.MaxValue - subject.EnqueuedTime
            ? subject.EnqueuedTime + life
            : null;
}

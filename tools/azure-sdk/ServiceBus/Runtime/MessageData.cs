namespace ServerlessGateway.AzureSdk.ServiceBus;

/// <summary>What a message says, on either way; names and types are those of AMQP's sections.</summary>
internal sealed class MessageData
{
    public ReadOnlyMemory<byte> Body { get; set; }

    public string? MessageId { get; set; }

    public string? SessionId { get; set; }

    public string? ReplyToSessionId { get; set; }

    public string? CorrelationId { get; set; }

    public string? Subject { get; set; }

    public string? To { get; set; }

    public string? ReplyTo { get; set; }

    public string? ContentType { get; set; }

    public TimeSpan? TimeToLive { get; set; }

    public DateTimeOffset? AbsoluteExpiryTime { get; set; }

    public int DeliveryCount { get; set; }

    public Dictionary<string, object?> Annotations { get; } = [];

    public Dictionary<string, object?> ApplicationProperties { get; } = [];

    public T? Annotated<T>(string name) =>
        Annotations.TryGetValue(name, out var value) && value is T typed ? typed : default;

    public DateTimeOffset Time(string annotation) =>
        Annotations.TryGetValue(annotation, out var value) && value is DateTime time
            ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc))
            : default;

    /// <summary>The same message without what the broker added, and without what belongs to one delivery.</summary>
    public MessageData ForResend()
    {
        var copy = new MessageData
        {
            Body = Body.ToArray(),
            MessageId = MessageId,
            SessionId = SessionId,
            ReplyToSessionId = ReplyToSessionId,
            CorrelationId = CorrelationId,
            Subject = Subject,
            To = To,
            ReplyTo = ReplyTo,
            ContentType = ContentType,
            TimeToLive = TimeToLive,
            AbsoluteExpiryTime = AbsoluteExpiryTime,
        };
        Copy(Annotations, copy.Annotations, Annotation.OfBroker);
        Copy(
            ApplicationProperties,
            copy.ApplicationProperties,
            [DeadLetterProperty.Reason, DeadLetterProperty.ErrorDescription]);
        return copy;
    }

    private static void Copy(Dictionary<string, object?> from, Dictionary<string, object?> to, string[] except)
    {
        foreach (var (name, value) in from.Where(pair => !except.Contains(pair.Key)))
        {
            to[name] = value;
        }
    }
}

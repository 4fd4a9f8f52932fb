namespace ServerlessGateway.AzureSdk.ServiceBus;

internal enum SettlementKind
{
    Complete,
    Abandon,
    Defer,
    DeadLetter,
}

/// <summary>How a message ends.</summary>
internal sealed record Settlement(
    SettlementKind Kind,
    IDictionary<string, object>? PropertiesToModify,
    string? DeadLetterReason,
    string? DeadLetterErrorDescription)
{
    public static Settlement Complete { get; } = new(SettlementKind.Complete, null, null, null);

    public static Settlement Abandon(IDictionary<string, object>? propertiesToModify) =>
        new(SettlementKind.Abandon, propertiesToModify, null, null);

    public static Settlement Defer(IDictionary<string, object>? propertiesToModify) =>
        new(SettlementKind.Defer, propertiesToModify, null, null);

    public static Settlement DeadLetter(
        IDictionary<string, object>? propertiesToModify, string? reason, string? errorDescription) =>
        new(SettlementKind.DeadLetter, propertiesToModify, reason, errorDescription);
}

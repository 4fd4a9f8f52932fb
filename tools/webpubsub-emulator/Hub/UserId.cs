namespace ServerlessGateway.WebPubSubEmulator.Hub;

/// <summary>What a user id may be: any text that a header can carry, since every event tells it in one.</summary>
internal static class UserId
{
    public static bool IsValid(string? userId) => userId is null || !userId.Any(char.IsControl);
}

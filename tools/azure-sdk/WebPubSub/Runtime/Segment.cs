namespace ServerlessGateway.AzureSdk.WebPubSub;

/// <summary>A name as a segment of a path.</summary>
internal static class Segment
{
    public static string Of(string? value, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        return Uri.EscapeDataString(value);
    }
}

namespace ServerlessGateway.Contract.Tests.OfficialSurface;

/// <summary>
/// A test that reads the official repositories' own files. It runs where <c>GATEWAY_OFFICIAL_SOURCES</c> names a folder with
/// checkouts of them, at the commits in <c>sources.json</c>; with <c>GATEWAY_OFFICIAL_UPDATE=1</c> it writes the listings anew.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithCheckoutsAttribute : FactAttribute
{
    public FactWithCheckoutsAttribute()
    {
        if (string.IsNullOrEmpty(Checkouts))
        {
            Skip = "Set GATEWAY_OFFICIAL_SOURCES to a folder with checkouts of azure-sdk-for-net and azure-functions-dotnet-worker.";
        }
    }

    internal static string? Checkouts => Environment.GetEnvironmentVariable("GATEWAY_OFFICIAL_SOURCES");

    internal static bool IsUpdate => Environment.GetEnvironmentVariable("GATEWAY_OFFICIAL_UPDATE") == "1";
}

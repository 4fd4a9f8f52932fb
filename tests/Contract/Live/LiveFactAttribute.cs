namespace ServerlessGateway.Contract.Tests.Live;

/// <summary>A test that needs a live service; without the setting it is skipped and says which one it is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LiveFactAttribute : FactAttribute
{
    public LiveFactAttribute(string variable)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
        {
            Skip = $"Set {variable} to run this contract against live Azure too.";
        }
    }
}

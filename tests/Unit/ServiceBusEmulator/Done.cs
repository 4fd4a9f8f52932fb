namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>The result of a task that must be done already: a broker in memory never makes anybody wait.</summary>
internal static class Done
{
    internal static T Of<T>(Task<T> task)
    {
        Assert.True(task.IsCompletedSuccessfully, "The operation should have been done at once.");
        return task.GetAwaiter().GetResult();
    }
}

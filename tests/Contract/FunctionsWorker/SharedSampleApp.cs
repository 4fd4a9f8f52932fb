namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>One sample app for the tests of a class: starting a process for each would cost more than the tests do.</summary>
public sealed class SharedSampleApp : IAsyncLifetime
{
    internal SampleApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await SampleApp.StartAsync();

    public Task DisposeAsync() => App.DisposeAsync().AsTask();
}

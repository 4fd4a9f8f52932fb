using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Event handlers that change while the instance runs.</summary>
public sealed class ConfigReloadTests : IAsyncLifetime
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("webpubsub-config").FullName;
    private TestHandler _first = null!;
    private TestHandler _second = null!;

    private string ConfigFile => Path.Combine(_folder, "webpubsub.json");

    public async Task InitializeAsync()
    {
        _first = await TestHandler.StartAsync();
        _second = await TestHandler.StartAsync();
        await File.WriteAllTextAsync(ConfigFile, _first.Config());
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    [Feature("Program", "Event handlers are read again when the file changes")]
    public async Task A_changed_file_sends_the_next_event_of_a_living_connection_elsewhere()
    {
        await using var instance = await TestInstance.StartAsync(
            _first.Config(), options => options with { ConfigFile = ConfigFile });
        var replaced = new TaskCompletionSource();
        instance.Host.Routing.Replaced += () => replaced.TrySetResult();
        await using var client = await instance.ConnectAsync();
        await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");

        // In its place in one step, so that it is never half there.
        await File.WriteAllTextAsync(ConfigFile + ".new", _second.Config());
        File.Move(ConfigFile + ".new", ConfigFile, overwrite: true);
        await replaced.Task.WaitAsync(HangGuard);

        Assert.True((await client.AskAsync("""{"type":"event","event":"e","data":2,"ackId":2}"""))["success"]!.GetValue<bool>());
        Assert.Equal(["1"], _first.Requests.Where(request => request.Method == "POST").Select(request => request.Text));
        Assert.Equal(["2"], _second.Requests.Where(request => request.Method == "POST").Select(request => request.Text));
    }

    [Fact]
    [Feature("Program", "Event handlers are read again when the file changes")]
    public async Task A_file_that_cannot_be_used_changes_nothing()
    {
        await using var instance = await TestInstance.StartAsync(
            _first.Config(), options => options with { ConfigFile = ConfigFile });
        var before = instance.Host.Routing.Current;
        var replaced = new TaskCompletionSource();
        instance.Host.Routing.Replaced += () => replaced.TrySetResult();

        await File.WriteAllTextAsync(ConfigFile, """{"WebPubSub":{"Hub":{}}}""");
        await File.WriteAllTextAsync(ConfigFile, "nonsense");
        Assert.Same(before, instance.Host.Routing.Current);
        // The next good one is seen all the same.
        await File.WriteAllTextAsync(ConfigFile + ".new", _second.Config());
        File.Move(ConfigFile + ".new", ConfigFile, overwrite: true);

        await replaced.Task.WaitAsync(HangGuard);
        Assert.NotSame(before, instance.Host.Routing.Current);
    }
}

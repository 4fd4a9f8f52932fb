using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Instances;
using ServerlessGateway.Observability;
using ServerlessGateway.Protocol;
using ServerlessGateway.Tests.Support.Memory;
using ServerlessGateway.Triggers;
using ServerlessGateway.Unit.Tests.Sessions;

namespace ServerlessGateway.Unit.Tests.Triggers;

public sealed class StatusEdgeTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Given.Now);
    private readonly FailingStore _store = new();
    private readonly StoppableLifetime _lifetime = new();
    private readonly InstanceRegistry _registry;
    private readonly HealthEdge _health;

    public StatusEdgeTests()
    {
        var options = Options.Create(new InstancesOptions
        {
            Instances = { new InstanceOptions { Name = "alpha" }, new InstanceOptions { Name = "beta" } },
        });
        _registry = new InstanceRegistry(_store, _time, options);
        _health = new HealthEdge(new Readiness(_lifetime, _registry, _time));
    }

    public void Dispose() => _lifetime.Dispose();

    [Fact]
    public async Task A_process_is_not_ready_before_it_has_reached_the_store_and_lives_all_the_same()
    {
        _store.IsDown = true;

        Assert.Equal(200, (await AskAsync(HealthFunction.Health)).Status);
        Assert.Equal(503, (await AskAsync(HealthFunction.Ready)).Status);

        _store.IsDown = false;
        Assert.Equal(200, (await AskAsync(HealthFunction.Ready)).Status);
    }

    [Fact]
    public async Task A_store_that_fails_later_takes_no_process_out()
    {
        await AskAsync(HealthFunction.Ready);
        _store.IsDown = true;
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(200, (await AskAsync(HealthFunction.Ready)).Status);
    }

    [Fact]
    public async Task A_process_that_was_told_to_stop_is_not_ready_at_once()
    {
        await AskAsync(HealthFunction.Ready);
        _lifetime.StopApplication();

        var answer = await AskAsync(HealthFunction.Ready);

        Assert.Equal((503, """{"status":"not ready","reason":"stopping"}"""), (answer.Status, Encoding.UTF8.GetString(answer.Body.Span)));
        Assert.Equal(200, (await AskAsync(HealthFunction.Health)).Status);
    }

    [Fact]
    public async Task Instances_are_listed_with_their_states_and_without_their_keys()
    {
        var answer = await InstancesAsync();

        Assert.Equal(200, answer.Status);
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        Assert.Contains("\"name\":\"alpha\"", text, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"active\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("key-of", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instances_that_can_not_be_read_are_a_temporary_error()
    {
        _store.IsDown = true;

        Assert.Equal((503, ErrorCodes.StoreUnavailable.Code), ((await InstancesAsync()).Status, EdgeBench.ErrorOf(await InstancesAsync()).Code));
    }

    private async Task<HttpAnswer> AskAsync(string what) =>
        Assert.IsType<HttpAnswer>(await _health.HandleAsync(EdgeBench.Request("GET"), what, default));

    private async Task<HttpAnswer> InstancesAsync() => Assert.IsType<HttpAnswer>(
        await new InstancesEdge(FixedDirectory.AlphaAndBeta(), _registry).HandleAsync(EdgeBench.Request("GET"), null, default));

    private sealed class FailingStore : IInstanceStore
    {
        private readonly InMemoryInstanceStore _inner = new();

        public bool IsDown { get; set; }

        public Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken cancellationToken) =>
            IsDown ? throw new TimeoutException() : _inner.ListAsync(cancellationToken);

        public Task<InstanceRow?> WriteAsync(InstanceRow row, CancellationToken cancellationToken) => _inner.WriteAsync(row, cancellationToken);

        public Task<bool> FoundAsync(IReadOnlyList<InstanceRow> rows, CancellationToken cancellationToken) => _inner.FoundAsync(rows, cancellationToken);

        public Task<ShardPlan> ReadShardPlanAsync(CancellationToken cancellationToken) => _inner.ReadShardPlanAsync(cancellationToken);
    }

    private sealed class StoppableLifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}

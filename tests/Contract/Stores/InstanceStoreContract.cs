using ServerlessGateway.Instances;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Contract.Tests.Stores;

/// <summary>
/// What the registry and the repair rely on in the store of instances: fenced writes of single rows, and every field
/// kept.
/// </summary>
public abstract class InstanceStoreContract
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000);
    private static readonly InstanceName Alpha = InstanceName.Parse("alpha");

    private static CancellationToken Token => CancellationToken.None;

    [Fact]
    public async Task A_row_comes_back_as_it_was_written()
    {
        var store = await CreateAsync();
        var row = new InstanceRow(Alpha, InstanceState.Draining, At)
        {
            Repair = new RepairState
            {
                Wanted = 5,
                Done = 3,
                Skip = true,
                Turn = 9,
                TurnAt = At,
                Failures = 2,
                Answered = 4,
                CheckDue = At.AddSeconds(10),
                CheckedAt = At.AddSeconds(-60),
                Window = TimeSpan.FromSeconds(20),
                Throttled = true,
            },
        };

        var written = await store.WriteAsync(row, Token);

        Assert.Equal(written, Assert.Single(await store.ListAsync(Token)));
        Assert.Equal(row, written! with { Tag = null });
    }

    [Fact]
    public async Task A_value_that_was_taken_back_is_gone()
    {
        var store = await CreateAsync();
        var written = await store.WriteAsync(
            new InstanceRow(Alpha, InstanceState.Active, At) { Repair = new RepairState { CheckDue = At, Skip = true } }, Token);

        await store.WriteAsync(written! with { Repair = new RepairState() }, Token);

        Assert.Equal(new RepairState(), Assert.Single(await store.ListAsync(Token)).Repair);
    }

    [Fact]
    public async Task The_first_instances_are_founded_together_and_once()
    {
        var store = await CreateAsync();
        var beta = new InstanceRow(InstanceName.Parse("beta"), InstanceState.Active, At);

        Assert.True(await store.FoundAsync([new InstanceRow(Alpha, InstanceState.Active, At), beta], Token));
        Assert.False(await store.FoundAsync([new InstanceRow(InstanceName.Parse("gamma"), InstanceState.Active, At), beta], Token));

        Assert.Equal(["alpha", "beta"], (await store.ListAsync(Token)).Select(row => row.Name.Value).Order());
    }

    [Fact]
    public async Task Of_two_writers_the_second_is_told_and_changes_nothing()
    {
        var store = await CreateAsync();
        var read = await store.WriteAsync(new InstanceRow(Alpha, InstanceState.Active, At), Token);

        var first = await store.WriteAsync(read! with { State = InstanceState.Draining }, Token);
        var second = await store.WriteAsync(read with { State = InstanceState.Stopped }, Token);
        var inserted = await store.WriteAsync(new InstanceRow(Alpha, InstanceState.Activating, At), Token);

        Assert.NotNull(first);
        Assert.Null(second);
        Assert.Null(inserted);
        Assert.Equal(InstanceState.Draining, Assert.Single(await store.ListAsync(Token)).State);
    }

    [Fact]
    public async Task The_shard_plan_is_there_from_the_first_read_on_and_is_no_instance()
    {
        var store = await CreateAsync();

        Assert.Equal(new ShardPlan(1, 16), await store.ReadShardPlanAsync(Token));
        Assert.Equal(new ShardPlan(1, 16), await store.ReadShardPlanAsync(Token));
        Assert.Empty(await store.ListAsync(Token));
    }

    private protected abstract Task<IInstanceStore> CreateAsync();
}

public sealed class InMemoryInstanceStoreTests : InstanceStoreContract
{
    private protected override Task<IInstanceStore> CreateAsync() =>
        Task.FromResult<IInstanceStore>(new InMemoryInstanceStore());
}

[Collection(TableService.Name)]
public sealed class TableInstanceStoreTests(TableService service) : InstanceStoreContract
{
    private protected override async Task<IInstanceStore> CreateAsync() =>
        new TableInstanceStore(await service.Azurite.CreateTableAsync());
}

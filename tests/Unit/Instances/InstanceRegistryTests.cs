using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Instances;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Unit.Tests.Instances;

/// <summary>How a process holds the list of instances, and how new ones open (rule I1).</summary>
public sealed class InstanceRegistryTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000));
    private readonly InMemoryInstanceStore _store = new();

    private static CancellationToken Token => CancellationToken.None;

    [Fact]
    public async Task I1_a_list_is_used_for_five_seconds_and_then_read_again()
    {
        var registry = CreateSut("alpha");
        await registry.ListAsync(Token);
        var first = _store.Lists;
        _time.Advance(TimeSpan.FromSeconds(4.9));
        await registry.ListAsync(Token);
        Assert.Equal(first, _store.Lists);

        _time.Advance(TimeSpan.FromSeconds(0.1));
        await registry.ListAsync(Token);

        Assert.Equal(first + 1, _store.Lists);
    }

    [Fact]
    public async Task I1_the_first_instances_are_open_at_once_and_a_later_one_only_when_every_process_knows_it()
    {
        Assert.All(await CreateSut("alpha", "beta").ListAsync(Token), row => Assert.Equal(InstanceState.Active, row.State));
        var registry = CreateSut("alpha", "beta", "gamma");

        Assert.Equal(InstanceState.Activating, await StateAsync(registry, "gamma"));
        Assert.Contains(await registry.ListDestinationsAsync(Token), row => row.Name.Value == "gamma");
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(InstanceState.Activating, await StateAsync(registry, "gamma"));
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(InstanceState.Active, await StateAsync(registry, "gamma"));
    }

    [Fact]
    public async Task I1_processes_that_start_together_all_find_the_first_instances_open()
    {
        // The other process founds the instances between this one's read and its own attempt.
        _store.BeforeFounding = () => CreateSut("alpha", "beta").ListAsync(Token);

        var rows = await CreateSut("alpha", "beta").ListAsync(Token);

        Assert.Equal(["alpha", "beta"], rows.Select(row => row.Name.Value));
        Assert.All(rows, row => Assert.Equal((InstanceState.Active, true), (row.State, row.Tag is not null)));
    }

    [Fact]
    public async Task I1_who_loses_a_write_does_not_hold_a_list_without_that_row()
    {
        await CreateSut("alpha").ListAsync(Token);
        _store.BeforeWrite = () => CreateSut("alpha", "beta").ListAsync(Token);

        var rows = await CreateSut("alpha", "beta").ListAsync(Token);

        Assert.Equal(["alpha", "beta"], rows.Select(row => row.Name.Value));
        Assert.All(rows, row => Assert.NotNull(row.Tag));
    }

    [Fact]
    public async Task S5_destinations_are_all_that_are_not_stopped_and_not_skipped()
    {
        var registry = CreateSut("alpha", "beta", "gamma", "delta");
        var rows = (await registry.ListAsync(Token)).ToDictionary(row => row.Name.Value);
        await registry.WriteAsync(rows["alpha"] with { State = InstanceState.Stopped }, Token);
        await registry.WriteAsync(rows["beta"] with { State = InstanceState.Draining }, Token);
        await registry.WriteAsync(rows["gamma"] with { Repair = new RepairState { Skip = true } }, Token);

        Assert.Equal(["beta", "delta"], (await registry.ListDestinationsAsync(Token)).Select(row => row.Name.Value).Order());
    }

    [Fact]
    public async Task A_write_that_somebody_else_overtook_makes_the_held_list_be_read_again()
    {
        var registry = CreateSut("alpha");
        var row = (await registry.ListAsync(Token))[0];
        await _store.WriteAsync(row with { State = InstanceState.Draining }, Token);

        Assert.Null(await registry.WriteAsync(row with { State = InstanceState.Stopped }, Token));

        Assert.Equal(InstanceState.Draining, await StateAsync(registry, "alpha"));
    }

    [Theory]
    [InlineData("shards")]
    [InlineData("Alpha")]
    [InlineData("1a")]
    [InlineData("")]
    public void A_name_that_could_be_taken_for_something_else_is_none(string text) =>
        Assert.False(InstanceName.TryParse(text, out _));

    private static async Task<InstanceState> StateAsync(InstanceRegistry registry, string name) =>
        (await registry.ListAsync(Token)).Single(row => row.Name.Value == name).State;

    private InstanceRegistry CreateSut(params string[] names)
    {
        var options = new InstancesOptions();
        foreach (var name in names)
        {
            options.Instances.Add(new InstanceOptions { Name = name, ConnectionString = "unused" });
        }

        return new InstanceRegistry(_store, _time, Options.Create(options));
    }
}

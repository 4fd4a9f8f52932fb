using ServerlessGateway.ServiceBusEmulator;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Limits;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class LimitReaderTests
{
    private static readonly ServiceBusEmulatorOptions Defaults = new() { Namespace = new NamespaceDefinition() };

    [Fact]
    public void A_limit_is_set_where_it_belongs_and_nothing_else_changes()
    {
        Assert.True(LimitReader.TryApply("maxconnections = 7", Defaults, out var options, out _));
        Assert.True(LimitReader.TryApply("MaxTotalBytes=5000000000", options, out options, out _));
        Assert.True(LimitReader.TryApply("CompactAtBytes=9", options, out options, out _));
        Assert.True(LimitReader.TryApply("IdleTimeout=1.5", options, out options, out _));

        Assert.Equal(
            Defaults.Limits with { MaxConnections = 7, IdleTimeout = TimeSpan.FromSeconds(1.5) }, options.Limits);
        Assert.Equal(Defaults.Broker with { MaxTotalBytes = 5_000_000_000 }, options.Broker);
        Assert.Equal(Defaults.Journal with { CompactAtBytes = 9 }, options.Journal);
        Assert.NotEqual(7, Defaults.Limits.MaxConnections);
    }

    [Theory]
    [InlineData("MaxConnections", "NAME=VALUE is expected")]
    [InlineData("Cheese=1", "there is no such limit. There are: MaxFrameBytes, ")]
    [InlineData("MaxConnections=0", "1 to 2147483647 is permitted")]
    [InlineData("MaxConnections=3000000000", "1 to 2147483647 is permitted")]
    [InlineData("MaxConnections=-1", "1 to 2147483647 is permitted")]
    [InlineData("MaxConnections=many", "1 to 2147483647 is permitted")]
    [InlineData("MaxFrameBytes=100", "512 to 2147483647 is permitted")]
    [InlineData("IdleTimeout=0", "a number of seconds above 0 is permitted")]
    [InlineData("Flush=1", "there is no such limit")]
    public void What_makes_no_sense_is_told_in_one_line(string assignment, string expected)
    {
        Assert.False(LimitReader.TryApply(assignment, Defaults, out _, out var problem));

        Assert.StartsWith($"--limit {assignment}: ", problem, StringComparison.Ordinal);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Fact]
    public void The_README_names_every_limit()
    {
        var readme = File.ReadAllText(RepositoryRoot.Combine("tools", "servicebus-emulator", "README.md"));

        Assert.All(LimitReader.Names, name => Assert.Contains($"`{name}`", readme, StringComparison.Ordinal));
    }
}

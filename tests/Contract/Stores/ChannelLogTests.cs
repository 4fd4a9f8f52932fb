using ServerlessGateway.Channels.Log;
using ServerlessGateway.Tests.Support;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Contract.Tests.Stores;

public sealed class InMemoryChannelLogTests : ChannelLogContract
{
    private protected override Task<IChannelLog> CreateAsync() =>
        Task.FromResult<IChannelLog>(new InMemoryChannelLog());
}

[Collection(TableService.Name)]
public sealed class TableChannelLogTests(TableService service) : ChannelLogContract
{
    private protected override string AnyTag => "W/\"datetime'2026-01-01T00%3A00%3A00.0000000Z'\"";

    [Fact]
    public async Task A_table_that_is_missing_is_a_failure_and_not_a_channel_without_head()
    {
        var table = await service.Azurite.CreateTableAsync();
        var log = new TableChannelLog(table);
        await table.DeleteAsync();

        await Assert.ThrowsAnyAsync<Azure.RequestFailedException>(
            () => log.ReadHeadAsync(Protocol.ChannelName.Parse("orders:1"), CancellationToken.None));
    }

    private protected override async Task<IChannelLog> CreateAsync() =>
        new TableChannelLog(await service.Azurite.CreateTableAsync());
}

/// <summary>The table service that the tests of this folder share.</summary>
public sealed class TableService : IAsyncLifetime
{
    public const string Name = "table service";

    public AzuriteFixture Azurite { get; } = new();

    public Task InitializeAsync() => Azurite.StartAsync();

    public Task DisposeAsync() => Azurite.DisposeAsync().AsTask();
}

[CollectionDefinition(TableService.Name)]
public sealed class TableServiceCollection : ICollectionFixture<TableService>;

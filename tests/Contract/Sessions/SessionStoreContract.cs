using ServerlessGateway.Access;
using ServerlessGateway.Contract.Tests.Stores;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Contract.Tests.Sessions;

/// <summary>What merging sessions relies on: fenced writes of whole rows, and every field kept.</summary>
public abstract class SessionStoreContract
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_000);
    private static readonly SessionId Id = SessionId.Of(0x5f0c);

    private static CancellationToken Token => CancellationToken.None;

    [Fact]
    public async Task A_session_that_was_never_written_is_not_there()
    {
        var store = await CreateAsync();

        Assert.Null(await store.ReadAsync(Id, Token));
    }

    [Fact]
    public async Task A_session_comes_back_as_it_was_written()
    {
        var store = await CreateAsync();
        var session = Fresh("ünal 😀").WithCurrent("c1", "alpha").WithCurrent("c2", "beta");
        session = session with
        {
            Subscriptions = session.Subscriptions
                .Add(ChannelName.Parse("orders:1/x@y=+~!,._-"), new Position("epoch", long.MaxValue)).Add(ChannelName.Parse("news"), null),
        };

        var written = await store.WriteAsync(session, null, Token);
        var read = await store.ReadAsync(Id, Token);

        Assert.Equal(written!.Tag, read!.Tag);
        Assert.Equal(SessionCodec.Encode(session), SessionCodec.Encode(read.Session));
        Assert.Equal(session.Id, read.Session.Id);
    }

    [Fact]
    public async Task Of_two_writers_the_second_is_told_and_changes_nothing()
    {
        var store = await CreateAsync();
        var inserted = await store.WriteAsync(Fresh("alice"), null, Token);

        var first = await store.WriteAsync(Fresh("alice") with { ConnectionNumber = 1 }, inserted!.Tag, Token);
        var second = await store.WriteAsync(Fresh("alice") with { ConnectionNumber = 2 }, inserted.Tag, Token);
        var insertedAgain = await store.WriteAsync(Fresh("mallory"), null, Token);

        Assert.NotNull(first);
        Assert.Null(second);
        Assert.Null(insertedAgain);
        var read = await store.ReadAsync(Id, Token);
        Assert.Equal(("alice", 1L, first.Tag), (read!.Session.User, read.Session.ConnectionNumber, read.Tag));
    }

    [Fact]
    public async Task Sessions_are_apart_from_each_other()
    {
        var store = await CreateAsync();
        var other = Fresh("bob") with { Id = SessionId.Of(UInt128.MaxValue) };

        await store.WriteAsync(Fresh("alice"), null, Token);
        await store.WriteAsync(other, null, Token);

        Assert.Equal("alice", (await store.ReadAsync(Id, Token))!.Session.User);
        Assert.Equal("bob", (await store.ReadAsync(other.Id, Token))!.Session.User);
    }

    [Fact]
    public async Task The_fullest_session_there_may_be_is_stored()
    {
        var store = await CreateAsync();
        var session = Fresh(new string('ü', UserName.MaxLength));
        for (var at = 0; at < 200; at++)
        {
            session = session with
            {
                Subscriptions = session.Subscriptions.Add(
                    ChannelName.Parse($"{at:D3}{new string('a', 125)}"), new Position(new string('e', Position.MaxEpochLength), long.MaxValue)),
            };
        }

        Assert.NotNull(await store.WriteAsync(session, null, Token));
        Assert.Equal(200, (await store.ReadAsync(Id, Token))!.Session.Subscriptions.Count);
    }

    private protected abstract Task<ISessionStore> CreateAsync();

    private static Session Fresh(string user) => new()
    {
        Id = Id,
        User = user,
        Capabilities = CapabilitySet.OfResolved(new Dictionary<string, Rights> { ["orders:*"] = Rights.Subscribe }),
        TokenExpires = At,
        LeaseEnds = At.AddDays(7),
    };
}

/// <summary>In memory.</summary>
public sealed class InMemorySessionStoreTests : SessionStoreContract
{
    private protected override Task<ISessionStore> CreateAsync() => Task.FromResult<ISessionStore>(new InMemorySessionStore());
}

/// <summary>In a table.</summary>
[Collection(TableService.Name)]
public sealed class TableSessionStoreTests(TableService service) : SessionStoreContract
{
    [Fact]
    public async Task A_table_that_is_missing_is_a_failure_and_not_the_end_of_every_session()
    {
        var table = await service.Azurite.CreateTableAsync();
        var store = new TableSessionStore(table);
        await table.DeleteAsync();

        await Assert.ThrowsAnyAsync<Azure.RequestFailedException>(() => store.ReadAsync(SessionId.Of(1), CancellationToken.None));
    }

    private protected override async Task<ISessionStore> CreateAsync() => new TableSessionStore(await service.Azurite.CreateTableAsync());
}

using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Unit.Tests.Sessions;

public sealed class SessionRowsTests
{
    private readonly FakeTimeProvider _time = new(Given.Now);
    private readonly InMemorySessionStore _store = new();

    [Fact]
    public async Task N4_changes_of_different_channels_that_race_all_come_through()
    {
        _store.Put(Given.Session());
        var merges = Enumerable.Range(0, 8).Select(at => CreateSut().MergeAsync(
            Given.SessionId,
            session => session! with { Subscriptions = session.Subscriptions.SetItem(Given.Channel($"c{at}"), new Position("e", at)) },
            default));

        await Task.WhenAll(merges);

        Assert.Equal(8, _store[Given.SessionId]!.Subscriptions.Count);
        Assert.All(Enumerable.Range(0, 8), at =>
            Assert.Equal(new Position("e", at), _store[Given.SessionId]!.Subscriptions[Given.Channel($"c{at}")]));
    }

    [Fact]
    public async Task A_write_renews_the_lease_and_leaving_all_as_it_is_writes_nothing()
    {
        _store.Put(Given.Session());
        _time.Advance(TimeSpan.FromHours(1));

        await CreateSut().MergeAsync(Given.SessionId, session => session, default);
        await CreateSut().MergeAsync(Given.SessionId, _ => null, default);
        Assert.Equal((0, Given.Now.AddDays(1)), (_store.Writes, _store[Given.SessionId]!.LeaseEnds));

        await CreateSut().MergeAsync(Given.SessionId, session => session! with { ConnectionNumber = 7 }, default);
        Assert.Equal(Given.Now.AddHours(1).AddDays(7), _store[Given.SessionId]!.LeaseEnds);
    }

    [Fact]
    public async Task A_row_whose_lease_has_ended_is_gone_and_can_be_written_anew()
    {
        _store.Put(Given.Session(("old", null)));
        _time.Advance(TimeSpan.FromDays(2));

        Assert.Null(await CreateSut().ReadAsync(Given.SessionId, default));
        var written = await CreateSut().MergeAsync(Given.SessionId, stored => stored ?? Given.Session(("new", null)), default);

        Assert.Equal([Given.Channel("new")], written!.Subscriptions.Keys);
        Assert.Equal([Given.Channel("new")], _store[Given.SessionId]!.Subscriptions.Keys);
    }

    [Fact]
    public async Task Losing_every_time_ends_after_a_bounded_number_of_attempts()
    {
        _store.Put(Given.Session());
        var attempts = 0;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => CreateSut().MergeAsync(Given.SessionId, session =>
        {
            attempts++;
            _store.Put(session! with { ConnectionNumber = attempts });
            return session with { ConnectionNumber = 1000 };
        }, default));

        Assert.InRange(attempts, 2, 20);
        Assert.Equal(attempts, _store[Given.SessionId]!.ConnectionNumber);
    }

    [Fact]
    public async Task N4_disconnected_of_a_connection_that_is_not_current_changes_nothing()
    {
        _store.Put(Given.Session().WithCurrent("c1", "alpha").WithCurrent("c2", "beta"));

        await DisconnectAsync("c1");
        await DisconnectAsync("unheard-of");
        Assert.Equal(("c2", 0), (_store[Given.SessionId]!.Connection!.ConnectionId, _store.Writes));

        await DisconnectAsync("c2");
        await DisconnectAsync("c2");
        Assert.Null(_store[Given.SessionId]!.Connection);
        Assert.Equal((2L, 1), (_store[Given.SessionId]!.ConnectionNumber, _store.Writes));
    }

    [Fact]
    public async Task N4_disconnected_that_races_with_a_newer_connection_leaves_that_one()
    {
        _store.Put(Given.Session().WithCurrent("c1", "alpha"));
        _store.BeforeNextWrite = () =>
        {
            _store.Put(_store[Given.SessionId]!.WithCurrent("c2", "beta"));
            return Task.CompletedTask;
        };

        await DisconnectAsync("c1");

        Assert.Equal("c2", _store[Given.SessionId]!.Connection!.ConnectionId);
    }

    [Fact]
    public async Task Disconnected_of_a_session_that_is_gone_or_a_store_that_fails_does_nothing()
    {
        await DisconnectAsync("c1");
        _store.Failure = new TimeoutException();
        await DisconnectAsync("c1");

        Assert.Equal(0, _store.Count);
    }

    [Fact]
    public void N4_in_any_order_of_events_numbers_rise_and_the_newest_connection_stays_current()
    {
        // Connections come (0), go (1), and resume (2), repeating themselves, in any order; the model keeps the last
        // number of each.
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2]).Array[0, 40].Sample(events =>
        {
            var session = Given.Session();
            var numbers = new Dictionary<string, long>();
            foreach (var (connection, kind) in events)
            {
                var id = $"c{connection}";
                var (known, highest) = (session.NumberOf(id), session.ConnectionNumber);
                session = kind switch
                {
                    0 => known is null ? session.WithCurrent(id, "alpha") : session,
                    1 => session.Connection?.ConnectionId == id ? session.WithoutCurrent() : session,
                    _ => session.WithCurrent(id, "alpha"),
                };
                Assert.True(known is null || numbers[id] == known);
                Assert.True(kind != 2 || session.Connection!.ConnectionId == id);
                if (session.ConnectionNumber > highest)
                {
                    Assert.Equal((id, highest + 1), (session.Connection!.ConnectionId, session.ConnectionNumber));
                    numbers[id] = session.ConnectionNumber;
                }

                Assert.True(session.Connection is null || session.Connection.Number == session.ConnectionNumber);
                Assert.True(session.EarlierConnections.Count <= Session.MaxEarlierConnections);
                Assert.Equal(session.EarlierConnections.Count, session.EarlierConnections.DistinctBy(one => one.ConnectionId).Count());
            }
        }, iter: 2000);
    }

    private Task DisconnectAsync(string connectionId) => new DisconnectedHandler(CreateSut(), NullLogger<DisconnectedHandler>.Instance)
        .HandleAsync(
            connectionId,
            new ConnectionState(Given.Alpha, Given.SessionId, "alice", 1, ConnectionState.UnknownSet, Given.Now, Given.Capabilities()),
            default);

    private SessionRows CreateSut() => Given.Rows(_store, _time);
}

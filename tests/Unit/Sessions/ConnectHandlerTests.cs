using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Access;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Unit.Tests.Sessions;

public sealed class ConnectHandlerTests
{
    private readonly FakeTimeProvider _time = new(Given.Now);
    private readonly InMemorySessionStore _store = new();
    private readonly FixedDirectory _instances = FixedDirectory.AlphaAndBeta();

    [Fact]
    public async Task N2_a_known_session_comes_back_as_groups_and_state()
    {
        _store.Put(Given.Session(("b", null), ("a", new Position("e", 3))));

        var accepted = await AcceptAsync("c1");

        Assert.Equal(["a", "b"], accepted.Groups);
        Assert.Equal(("alice", "json.webpubsub.azure.v1"), (accepted.User, accepted.Subprotocol));
        Assert.Equal((Given.Alpha, Given.SessionId, 1L), (accepted.State.Instance, accepted.State.Session, accepted.State.ConnectionNumber));
        Assert.Equal(ConnectionState.VersionOf([Given.Channel("a"), Given.Channel("b")]), accepted.State.SetVersion);
        Assert.True(accepted.State.Capabilities.Allows(Rights.Publish, Given.Channel("a")));
        Assert.Equal(new SessionConnection("c1", "alpha", 1), _store[Given.SessionId]!.Connection);
    }

    [Fact]
    public async Task A_user_beyond_ascii_comes_as_its_service_id_and_is_the_user_again_in_the_state()
    {
        _store.Put(Given.Session() with { User = "ünal" });

        var accepted = Assert.IsType<ConnectOutcome.Accepted>(
            await CreateSut().HandleAsync(Connect("c1") with { User = UserName.ToServiceId("ünal") }, default));

        Assert.Equal(("%C3%BCnal", "ünal"), (accepted.User, accepted.State.User));
        Assert.Equal(ErrorCodes.SessionForeign.Code, await RefuseAsync(Connect("c1") with { User = UserName.ToServiceId("%C3%BCnal") }));
    }

    [Fact]
    public async Task A_channel_whose_right_is_gone_is_not_joined()
    {
        _store.Put(Given.Session(("chat:1", null), ("news", null)) with { Capabilities = Given.Capabilities("""{"chat:*":["subscribe"],"news":["publish"]}""") });

        var accepted = await AcceptAsync("c1");

        Assert.Equal(["chat:1"], accepted.Groups);
        Assert.Equal(ConnectionState.VersionOf([Given.Channel("chat:1")]), accepted.State.SetVersion);
    }

    [Fact]
    public async Task N4_each_connection_takes_the_next_number_and_a_repeated_connect_the_same()
    {
        _store.Put(Given.Session());

        Assert.Equal(1, (await AcceptAsync("c1")).State.ConnectionNumber);
        Assert.Equal(1, (await AcceptAsync("c1")).State.ConnectionNumber);
        Assert.Equal(2, (await AcceptAsync("c2")).State.ConnectionNumber);
        Assert.Equal(2, _store[Given.SessionId]!.ConnectionNumber);
    }

    [Fact]
    public async Task N4_a_repeated_connect_does_not_push_aside_the_connection_that_came_after_it()
    {
        _store.Put(Given.Session());
        await AcceptAsync("c1");
        await AcceptAsync("c2");

        var repeated = await AcceptAsync("c1");

        Assert.Equal(1, repeated.State.ConnectionNumber);
        Assert.Equal("c2", _store[Given.SessionId]!.Connection!.ConnectionId);
    }

    [Fact]
    public async Task N4_two_connects_that_race_both_get_in_under_different_numbers()
    {
        _store.Put(Given.Session());
        ConnectOutcome.Accepted? inner = null;
        _store.BeforeNextWrite = async () => inner = await AcceptAsync("c2");

        var outer = await AcceptAsync("c1");

        Assert.Equal((1L, 2L), (inner!.State.ConnectionNumber, outer.State.ConnectionNumber));
        Assert.Equal("c1", _store[Given.SessionId]!.Connection!.ConnectionId);
    }

    [Fact]
    public async Task N4_one_connect_handled_by_two_processes_at_once_takes_one_number()
    {
        _store.Put(Given.Session());
        ConnectOutcome.Accepted? inner = null;
        _store.BeforeNextWrite = async () => inner = await AcceptAsync("c1");

        var outer = await AcceptAsync("c1");

        Assert.Equal((1L, 1L), (inner!.State.ConnectionNumber, outer.State.ConnectionNumber));
        Assert.Equal(1, _store[Given.SessionId]!.ConnectionNumber);
    }

    [Fact]
    public async Task A_write_whose_outcome_is_unknown_is_refused_and_repeats_to_the_same_number()
    {
        _store.Put(Given.Session());
        _store.FailureAfterNextWrite = new TimeoutException();

        Assert.Equal(ErrorCodes.StoreUnavailable.Code, await RefuseAsync(Connect("c1")));
        Assert.Equal(1, (await AcceptAsync("c1")).State.ConnectionNumber);
    }

    [Fact]
    public async Task A_channel_that_is_subscribed_while_connect_runs_is_in_the_groups_or_in_the_changed_version()
    {
        _store.Put(Given.Session(("a", null)));
        _store.BeforeNextWrite = () =>
        {
            _store.Put(_store[Given.SessionId]! with { Subscriptions = Given.Session(("a", null), ("b", null)).Subscriptions });
            return Task.CompletedTask;
        };

        var accepted = await AcceptAsync("c1");

        Assert.Equal(["a", "b"], accepted.Groups);
        Assert.Equal(2, _store[Given.SessionId]!.Subscriptions.Count);
    }

    [Fact]
    public async Task N1_another_users_session_is_refused_and_not_touched()
    {
        _store.Put(Given.Session());

        Assert.Equal(ErrorCodes.SessionForeign.Code, await RefuseAsync(Connect("c1") with { User = "mallory" }));
        Assert.Equal(0, _store.Writes);
    }

    [Fact]
    public async Task What_names_no_session_is_refused()
    {
        Assert.Equal(ErrorCodes.InvalidSession.Code, await RefuseAsync(Connect("c1") with { Session = null }));
        Assert.Equal(ErrorCodes.InvalidSession.Code, await RefuseAsync(Connect("c1") with { Session = "../x" }));
        Assert.Equal(ErrorCodes.InvalidSession.Code, await RefuseAsync(Connect("c1")));
        Assert.Equal(0, _store.Count);
    }

    [Fact]
    public async Task A_session_whose_lease_or_token_has_ended_is_refused()
    {
        _store.Put(Given.Session());

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ErrorCodes.TokenExpired.Code, await RefuseAsync(Connect("c1")));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(ErrorCodes.InvalidSession.Code, await RefuseAsync(Connect("c1")));
    }

    [Fact]
    public async Task An_instance_that_is_not_open_lets_nobody_in()
    {
        _store.Put(Given.Session());
        _instances.Open.Remove(Given.Alpha);

        Assert.Equal(ErrorCodes.InstanceClosed.Code, await RefuseAsync(Connect("c1")));
    }

    [Fact]
    public async Task A_client_without_user_or_subprotocol_is_refused()
    {
        _store.Put(Given.Session());

        Assert.Equal(ErrorCodes.InvalidUser.Code, await RefuseAsync(Connect("c1") with { User = null }));
        Assert.Equal(ErrorCodes.MalformedRequest.Code, await RefuseAsync(Connect("c1") with { Subprotocols = ["json.reliable.webpubsub.azure.v1"] }));
    }

    [Fact]
    public async Task Capabilities_that_do_not_fit_the_state_are_refused_with_the_limit()
    {
        var patterns = Enumerable.Range(0, 100).ToDictionary(at => $"a-rather-long-pattern-{at}:*", _ => Rights.Subscribe);
        _store.Put(Given.Session() with { Capabilities = CapabilitySet.OfResolved(patterns) });

        var refused = Assert.IsType<ConnectOutcome.Refused>(await CreateSut().HandleAsync(Connect("c1"), default));

        Assert.Equal((ErrorCodes.CapabilitiesTooLarge.Code, (long?)ConnectionStateCodec.MaxValueLength), (refused.Error.Code, refused.Error.Limit));
        Assert.Equal(0, _store.Writes);
    }

    [Fact]
    public async Task A_row_of_a_later_version_asks_the_client_to_come_again()
    {
        _store.PutRaw(Given.SessionId, """{"v":9,"user":"alice"}"""u8.ToArray());

        Assert.Equal(ErrorCodes.StateUnreadable.Code, await RefuseAsync(Connect("c1")));
    }

    private static ConnectEvent Connect(string connectionId) => new(
        Given.Alpha, connectionId, "alice", Given.SessionId.Value, ["json.webpubsub.azure.v1", "another"]);

    private async Task<ConnectOutcome.Accepted> AcceptAsync(string connectionId) =>
        Assert.IsType<ConnectOutcome.Accepted>(await CreateSut().HandleAsync(Connect(connectionId), default));

    private async Task<int> RefuseAsync(ConnectEvent connect) =>
        Assert.IsType<ConnectOutcome.Refused>(await CreateSut().HandleAsync(connect, default)).Error.Code;

    private ConnectHandler CreateSut() => new(
        Given.Rows(_store, _time), _instances, _time, Given.Metrics(), NullLogger<ConnectHandler>.Instance);
}

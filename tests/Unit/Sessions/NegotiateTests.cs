using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;
using ServerlessGateway.Sessions;
using ServerlessGateway.Tests.Support.Memory;

namespace ServerlessGateway.Unit.Tests.Sessions;

public sealed class NegotiateTests
{
    private readonly FakeTimeProvider _time = new(Given.Now);
    private readonly InMemorySessionStore _store = new();
    private readonly FixedDirectory _instances = FixedDirectory.AlphaAndBeta();
    private readonly CountingEntropy _entropy = new();

    [Fact]
    public async Task N1_a_first_negotiation_makes_a_session_of_the_user_and_a_url_that_names_it()
    {
        var answer = await AnswerAsync(new NegotiateRequest());

        Assert.Equal("ws://alpha/client/hubs/gateway?access_token=alice-300&session=00000000000000000000000000000001", answer.Url);
        Assert.Equal(("00000000000000000000000000000001", "alpha", "json.webpubsub.azure.v1"), (answer.Session, answer.Instance, answer.Protocol));
        Assert.Equal(new ClientLimits(), answer.Limits);
        var session = _store[SessionId.Of(1)]!;
        Assert.Equal(("alice", Given.Now.AddHours(1), Given.Now.AddDays(7)), (session.User, session.TokenExpires, session.LeaseEnds));
    }

    [Fact]
    public async Task A_user_beyond_ascii_is_named_to_the_service_in_a_form_that_headers_carry()
    {
        var answer = await AnswerAsync(new NegotiateRequest(), Identity("ünal 100%"));

        Assert.Contains("access_token=%C3%BCnal%20100%25-300", answer.Url, StringComparison.Ordinal);
        Assert.Equal("ünal 100%", _store[SessionId.Of(1)]!.User);
    }

    [Fact]
    public async Task A_known_session_keeps_its_channels_and_gets_the_new_tokens_rights()
    {
        _store.Put(Given.Session(("a", new Position("e", 3))) with { TokenExpires = Given.Now.AddMinutes(-5) });

        var answer = await AnswerAsync(new NegotiateRequest(Given.SessionId.Value), Identity("alice", """{"a":["subscribe"]}"""));

        Assert.Equal(Given.SessionId.Value, answer.Session);
        var session = _store[Given.SessionId]!;
        Assert.Equal(new Position("e", 3), session.Subscriptions[Given.Channel("a")]);
        Assert.Equal(Given.Now.AddHours(1), session.TokenExpires);
        Assert.False(session.Capabilities.Allows(Rights.Publish, Given.Channel("a")));
    }

    [Fact]
    public async Task A_session_that_is_unknown_or_expired_is_replaced_by_a_new_one()
    {
        Assert.Equal(SessionId.Of(1).Value, (await AnswerAsync(new NegotiateRequest(Given.SessionId.Value))).Session);
        _store.Put(Given.Session());
        _time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(SessionId.Of(2).Value, (await AnswerAsync(new NegotiateRequest(Given.SessionId.Value))).Session);
    }

    [Fact]
    public async Task Another_users_session_id_is_refused_and_not_touched()
    {
        _store.Put(Given.Session());

        var error = await RefuseAsync(new NegotiateRequest(Given.SessionId.Value), Identity("mallory"));

        Assert.Equal((ErrorCodes.SessionForeign.Code, Given.SessionId.Value), (error.Code, error.Value));
        Assert.Equal((0, 1), (_store.Writes, _store.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5F0C0000000000000000000000000000")]
    [InlineData("' or 1 eq 1")]
    public async Task What_is_no_session_id_is_refused(string session) =>
        Assert.Equal(ErrorCodes.InvalidSession.Code, (await RefuseAsync(new NegotiateRequest(session))).Code);

    [Fact]
    public async Task Capabilities_that_do_not_fit_are_refused_before_a_session_is_made()
    {
        var claim = string.Join(',', Enumerable.Range(0, 60).Select(at => $$"""
            "some:long:pattern:{{at}}:with:many:parts*":["subscribe"]
            """));

        var error = await RefuseAsync(new NegotiateRequest(), Identity("alice", $"{{{claim}}}"));

        Assert.Equal((ErrorCodes.CapabilitiesTooLarge.Code, 0), (error.Code, _store.Count));
    }

    [Fact]
    public async Task With_no_instance_open_the_client_is_told_to_come_again()
    {
        _instances.Open.Clear();

        var error = await RefuseAsync(new NegotiateRequest());

        Assert.Equal(ErrorCodes.Busy.Code, error.Code);
        Assert.NotNull(error.RetryAfterMs);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_a_temporary_refusal()
    {
        _store.Failure = new TimeoutException();

        Assert.Equal(ErrorCodes.StoreUnavailable.Code, (await RefuseAsync(new NegotiateRequest())).Code);
    }

    [Fact]
    public void Instances_are_chosen_by_their_share_of_the_weights()
    {
        var chosen = Enumerable.Range(0, 400)
            .Select(at => InstanceChoice.Pick(_instances.Instances, _instances.Open, [], at / 400.0)!.Name.Value)
            .CountBy(name => name).ToDictionary();

        Assert.Equal((100, 300), (chosen["alpha"], chosen["beta"]));
    }

    [Fact]
    public void A_closed_or_avoided_instance_is_never_chosen_while_another_is_left()
    {
        string[] names = ["a", "b", "c", "d"];
        var instances = names.Select(name => new GatewayInstance(InstanceName.Parse(name), new Uri($"http://{name}"), 2, [], null)).ToList();
        var some = Gen.Int[0, 3].Select(at => names[at]).List[0, 5];

        Gen.Select(some, some, Gen.Double[0, 0.999999]).Sample((open, avoid, fraction) =>
        {
            var isOpen = open.Select(InstanceName.Parse).ToHashSet();
            var chosen = InstanceChoice.Pick(instances, isOpen, avoid, fraction);
            Assert.Equal(isOpen.Count == 0, chosen is null);
            Assert.True(chosen is null || isOpen.Contains(chosen.Name));
            Assert.True(chosen is null || !avoid.Contains(chosen.Name.Value) || open.All(avoid.Contains));
        }, iter: 5000);
    }

    private static AccessIdentity Identity(string user, string capabilities = """{"*":["subscribe","publish"]}""") =>
        new(user, Given.Capabilities(capabilities, user), Given.Now.AddHours(1));

    private async Task<NegotiateAnswer> AnswerAsync(NegotiateRequest request, AccessIdentity? identity = null)
    {
        var result = await CreateSut().HandleAsync(identity ?? Identity("alice"), request, new ClientLimits(), default);
        Assert.Null(result.Error);
        return result.Answer!;
    }

    private async Task<ErrorDetail> RefuseAsync(NegotiateRequest request, AccessIdentity? identity = null)
    {
        var result = await CreateSut().HandleAsync(identity ?? Identity("alice"), request, new ClientLimits(), default);
        Assert.Null(result.Answer);
        return result.Error!;
    }

    private NegotiateHandler CreateSut() => new(
        Given.Rows(_store, _time), _instances, new PlainUrls(), _entropy, Options.Create(new SessionOptions()),
        NullLogger<NegotiateHandler>.Instance);

    private sealed class PlainUrls : IClientUrls
    {
        public Task<Uri> CreateAsync(InstanceName instance, string user, TimeSpan expiresAfter, CancellationToken cancellationToken) =>
            Task.FromResult(new Uri($"ws://{instance}/client/hubs/gateway?access_token={user}-{expiresAfter.TotalSeconds}"));
    }
}

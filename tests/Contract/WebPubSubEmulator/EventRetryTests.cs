using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>
/// Consent and retries, on a clock that the test turns. Every wait is armed before the clock moves: the emulator makes its
/// timer, <see cref="SignallingTime"/> tells, and only then time goes on.
/// </summary>
public sealed class EventRetryTests : IAsyncLifetime
{
    private readonly SignallingTime _time = new(DateTimeOffset.UtcNow);
    private TestHandler _handler = null!;

    public async Task InitializeAsync() => _handler = await TestHandler.StartAsync();

    public async Task DisposeAsync() => await _handler.DisposeAsync();

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    [Feature("Event handlers", "Retries after 1, 3 and 5 s")]
    public async Task A_transient_status_is_tried_again_after_1_3_and_5_seconds_and_then_given_up(int status)
    {
        _handler.Answer = (_, response) =>
        {
            response.StatusCode = status;
            return Task.CompletedTask;
        };
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();

        await client.SendAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");
        var ids = new List<string?> { (await _handler.NextAsync()).Header("ce-id") };
        foreach (var seconds in new[] { 1, 3, 5 })
        {
            await _time.TimerOfAsync(TimeSpan.FromSeconds(seconds));
            _time.Advance(TimeSpan.FromSeconds(seconds));
            ids.Add((await _handler.NextAsync()).Header("ce-id"));
        }

        var ack = await client.ReceiveAsync();
        Assert.Equal("InternalServerError", ack["error"]!["name"]!.GetValue<string>());
        Assert.Single(ids.Distinct());
        Assert.Equal(4, _handler.Requests.Count(request => request.Method == "POST"));
    }

    [Fact]
    [Feature("Event handlers", "Retries after 1, 3 and 5 s")]
    public async Task A_connection_that_breaks_is_tried_again_and_the_client_sees_only_success()
    {
        var calls = 0;
        _handler.Answer = (_, response) =>
        {
            if (Interlocked.Increment(ref calls) == 1) response.HttpContext.Abort();
            response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();

        await client.SendAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");
        await _handler.NextAsync();
        await _time.TimerOfAsync(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await client.ReceiveAsync())["success"]!.GetValue<bool>());
        Assert.Equal(2, calls);
        Assert.Equal(1, instance.Host.Meter.Read(0).CallbackRetries);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    [Feature("Event handlers", "Retries after 1, 3 and 5 s")]
    public async Task Another_4xx_is_an_answer_and_not_tried_again(int status)
    {
        _handler.Answer = (_, response) =>
        {
            response.StatusCode = status;
            return Task.CompletedTask;
        };
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();

        var ack = await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");

        Assert.False(ack["success"]!.GetValue<bool>());
        Assert.Single(_handler.Requests, request => request.Method == "POST");
    }

    [Fact]
    [Feature("Event handlers", "100 s to the headers of an answer")]
    public async Task An_answer_that_does_not_come_within_100_seconds_fails_the_event()
    {
        var never = new TaskCompletionSource();
        _handler.Answer = (_, response) => never.Task.WaitAsync(response.HttpContext.RequestAborted);
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();

        await client.SendAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");
        await _handler.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(100));

        Assert.Equal("InternalServerError", (await client.ReceiveAsync())["error"]!["name"]!.GetValue<string>());
        Assert.Single(_handler.Requests, request => request.Method == "POST");
        never.SetResult();
    }

    [Fact]
    [Feature("Event handlers", "Abuse protection", Support = FeatureSupport.Different, Note = "A handler that cannot be reached keeps the consent it gave and is asked again within 5 s; the origin has the port where the service says its host name.")]
    public async Task Consent_is_asked_with_the_origin_before_the_first_event_and_kept()
    {
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();

        for (var i = 1; i <= 3; i++) await client.AskAsync($$"""{"type":"event","event":"e{{i}}","data":1,"ackId":{{i}}}""");

        var requests = _handler.Requests.ToList();
        Assert.Equal(["OPTIONS", "POST", "POST", "POST"], requests.Select(request => request.Method));
        Assert.Equal("/hook/chat/validate?code=secret", requests[0].Target);
        Assert.Equal(new Uri(instance.Endpoint).Authority, requests[0].Header("WebHook-Request-Origin"));
        Assert.Equal("1.0", requests[0].Header("ce-awpsversion"));
    }

    [Fact]
    [Feature("Event handlers", "Abuse protection", Support = FeatureSupport.Different, Note = "A handler that cannot be reached keeps the consent it gave and is asked again within 5 s; the origin has the port where the service says its host name.")]
    public async Task Consent_is_renewed_each_minute_beside_the_events()
    {
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();
        await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");

        _time.Advance(TimeSpan.FromSeconds(61));
        await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":2}""");

        // The renewal runs beside the second event, so only its presence is certain, not its place.
        while ((await _handler.NextOfAnyKindAsync()).Method != "OPTIONS") continue;
        while ((await _handler.NextOfAnyKindAsync()).Method != "OPTIONS") continue;
        Assert.Equal(2, _handler.Requests.Count(request => request.Method == "OPTIONS"));
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(200, "elsewhere.example")]
    [InlineData(200, "localhost:1")]
    [InlineData(403, "*")]
    [Feature("Event handlers", "Abuse protection", Support = FeatureSupport.Different, Note = "A handler that cannot be reached keeps the consent it gave and is asked again within 5 s; the origin has the port where the service says its host name.")]
    public async Task Without_consent_no_event_is_sent_and_the_question_backs_off(int status, string? allowed)
    {
        _handler.Consent = (_, response) =>
        {
            response.StatusCode = status;
            if (allowed is not null) response.Headers["WebHook-Allowed-Origin"] = allowed;
            return Task.CompletedTask;
        };
        await using var instance = await StartAsync();

        for (var i = 0; i < 3; i++)
        {
            await using var client = await instance.ConnectAsync();
            Assert.False((await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}"""))["success"]!.GetValue<bool>());
        }

        Assert.Equal(["OPTIONS"], _handler.Requests.Select(request => request.Method));
    }

    [Theory]
    [InlineData("full")]
    [InlineData("host")]
    [InlineData("localhost")]
    public async Task Consent_may_name_the_origin_itself(string form)
    {
        _handler.Consent = (request, response) =>
        {
            var origin = request.Header("WebHook-Request-Origin")!;
            response.Headers["WebHook-Allowed-Origin"] = form switch
            {
                "full" => $"a.example, {origin}",
                "host" => origin.Split(':')[0],
                _ => $"LOCALHOST:{origin.Split(':')[1]}",
            };
            return Task.CompletedTask;
        };
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();

        Assert.True((await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}"""))["success"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData(503)]
    [InlineData(408)]
    public async Task A_handler_that_cannot_say_yet_is_asked_again_and_gets_the_event(int status)
    {
        var asked = 0;
        _handler.Consent = (_, response) =>
        {
            if (Interlocked.Increment(ref asked) == 1) response.StatusCode = status;
            else response.Headers["WebHook-Allowed-Origin"] = "*";
            return Task.CompletedTask;
        };
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();

        await client.SendAsync("""{"type":"event","event":"e","data":1,"ackId":1}""");
        await _time.TimerOfAsync(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await client.ReceiveAsync())["success"]!.GetValue<bool>());
        Assert.Equal(["OPTIONS", "OPTIONS", "POST"], _handler.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task A_handler_that_cannot_route_OPTIONS_is_asked_by_GET()
    {
        _handler.Consent = (request, response) =>
        {
            if (request.Method == "OPTIONS") response.StatusCode = StatusCodes.Status404NotFound;
            else response.Headers["WebHook-Allowed-Origin"] = "*";
            return Task.CompletedTask;
        };
        await using var instance = await StartAsync();
        await using var client = await instance.ConnectAsync();

        Assert.True((await client.AskAsync("""{"type":"event","event":"e","data":1,"ackId":1}"""))["success"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_handler_that_starts_late_gets_the_event_after_all()
    {
        var port = new Uri(_handler.Endpoint).Port;
        var config = _handler.Config("connect");
        await _handler.DisposeAsync();
        await using var instance = await TestInstance.StartAsync(config, options => options with { Time = _time });

        var connecting = TestClient.HandshakeStatusAsync(instance.ClientUrl(TestInstance.Sign(instance.Audience)));
        await _time.TimerOfAsync(TimeSpan.FromSeconds(1));
        _handler = await TestHandler.StartAsync(port);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.SwitchingProtocols, await connecting);
    }

    private Task<TestInstance> StartAsync() =>
        TestInstance.StartAsync(_handler.Config(), options => options with { Time = _time });

    /// <summary>A clock for one driver that tells when a timer of a given length was made.</summary>
    private sealed class SignallingTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private readonly Channel<TimeSpan> _made = Channel.CreateUnbounded<TimeSpan>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _made.Writer.TryWrite(dueTime);
            return timer;
        }

        public async Task TimerOfAsync(TimeSpan length)
        {
            using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (await _made.Reader.ReadAsync(guard.Token) != length) continue;
        }
    }
}

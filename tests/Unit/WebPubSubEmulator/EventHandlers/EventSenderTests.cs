using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;
using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.EventHandlers;

/// <summary>What an HTTP client throws that no test server can be made to cause.</summary>
public sealed class EventSenderTests
{
    private static readonly EventHandlerRule Rule = new("http://handler.example/{event}", [], "*");

    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(20);

    private readonly SignallingTime _time = new();

    [Fact]
    public async Task A_connection_that_is_not_made_in_time_is_tried_again_and_then_given_up()
    {
        var tries = 0;
        var sending = SendAsync(_ =>
        {
            tries++;
            // As SocketsHttpHandler tells of its ConnectTimeout.
            throw new OperationCanceledException("not connected", new TimeoutException());
        });

        foreach (var seconds in new[] { 1, 3, 5 })
        {
            await _time.TimerOfAsync(TimeSpan.FromSeconds(seconds));
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        var failed = Assert.IsType<HandlerAnswer.Failed>(await sending.WaitAsync(HangGuard));
        Assert.Contains("cannot be reached", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(4, tries);
    }

    [Fact]
    public async Task A_refusal_is_its_status_however_long_its_body_and_whatever_it_is()
    {
        var answer = await SendAsync(_ => new HttpResponseMessage(HttpStatusCode.Forbidden)
        {
            Content = new ByteArrayContent(new byte[2 * 1024 * 1024]) { Headers = { { "Content-Type", "text/html" } } },
        });

        Assert.Equal(403, Assert.IsType<HandlerAnswer.Answered>(answer).StatusCode);
    }

    [Fact]
    public async Task An_answer_longer_than_a_message_may_be_is_none()
    {
        var answer = await SendAsync(_ => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(new byte[(1024 * 1024) + 1]),
        });

        Assert.Contains("longer than 1048576 bytes", Assert.IsType<HandlerAnswer.Failed>(answer).Reason, StringComparison.Ordinal);
    }

    private Task<HandlerAnswer> SendAsync(Func<HttpRequestMessage, HttpResponseMessage> post)
    {
        var address = new ServiceAddress(new Uri("http://localhost:8080"), null);
        var meter = new Meter();
        var http = new HttpMessageInvoker(new StubHandler(post));
        var sender = new EventSender(
            http,
            new CloudEventRequest(new AccessKeys([AccessKeys.Default]), address, _time),
            new Consent(http, address, meter, _time, NullLogger<Consent>.Instance),
            new HandlerCookies(NullLogger<HandlerCookies>.Instance),
            new HubLimits(),
            new FaultEngine(_time),
            meter,
            _time,
            NullLogger<EventSender>.Instance);
        return sender.SendAsync(
            new CloudEvent
            {
                Kind = CallbackKind.User,
                Hub = HubName.Parse("chat"),
                ConnectionId = "c",
                Id = 1,
                Name = "e",
                Body = default,
                ContentType = "text/plain",
            },
            Rule,
            CancellationToken.None);
    }

    /// <summary>A clock for one driver that tells when a timer of a given length was made.</summary>
    private sealed class SignallingTime : FakeTimeProvider
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
            using var guard = new CancellationTokenSource(HangGuard);
            while (await _made.Reader.ReadAsync(guard.Token) != length) continue;
        }
    }

    /// <summary>Consents to everything, and answers events as told.</summary>
    private sealed class StubHandler(Func<HttpRequestMessage, HttpResponseMessage> post) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Post) return Task.FromResult(post(request));
            var consent = new HttpResponseMessage(HttpStatusCode.OK);
            consent.Headers.Add("WebHook-Allowed-Origin", "*");
            return Task.FromResult(consent);
        }
    }
}

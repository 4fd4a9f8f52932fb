using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.WebPubSubEmulator.Faults;
using ServerlessGateway.WebPubSubEmulator.Http;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>
/// Delivers an event to a handler. A connection that fails, 408 and 5xx are tried again after 1, 3 and 5 s; other
/// statuses are answers; all attempts together have 100 s to the headers of an answer. So a handler sees an event at
/// least once, with the same id each time.
/// </summary>
internal sealed partial class EventSender(
    HttpMessageInvoker http,
    CloudEventRequest requests,
    Consent consent,
    HandlerCookies cookies,
    HubLimits limits,
    FaultEngine faults,
    Meter meter,
    TimeProvider time,
    ILogger<EventSender> logger)
{
    /// <summary>The event name that a URL template is filled with to ask for consent.</summary>
    private const string ValidateEvent = "validate";

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan[] RetryDelays =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)];

    public async Task<HandlerAnswer> SendAsync(CloudEvent raised, EventHandlerRule rule, CancellationToken stopping)
    {
        using var budget = new CancellationTokenSource(Budget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(budget.Token, stopping);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var (answer, canRetry) = await TryAsync(raised, rule, attempt, either.Token);
                if (!canRetry || attempt == RetryDelays.Length) return answer;
                LogRetry(logger, raised.Name, raised.ConnectionId, Describe(answer), RetryDelays[attempt].TotalSeconds);
                await Task.Delay(RetryDelays[attempt], time, either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return new HandlerAnswer.Failed(stopping.IsCancellationRequested
                ? "The service is stopping."
                : $"The event handler did not answer within {Budget.TotalSeconds:0} s.");
        }
    }

    private async Task<(HandlerAnswer Answer, bool CanRetry)> TryAsync(
        CloudEvent raised, EventHandlerRule rule, int attempt, CancellationToken cancellationToken)
    {
        switch (await consent.CheckAsync(rule.UrlFor(raised.Hub, ValidateEvent), cancellationToken))
        {
            case ConsentResult.Refused:
                return (new HandlerAnswer.Failed("The event handler does not allow requests of this service."), false);
            case ConsentResult.Unreachable:
                return (new HandlerAnswer.Failed("The event handler cannot be reached."), true);
        }

        try
        {
            using var request = requests.Create(raised, rule.UrlFor(raised.Hub, raised.Name));
            cookies.AddTo(request, raised.ConnectionId);
            meter.Callback(raised.Kind, raised.Body.Length, isRetry: attempt > 0);
            using var response = await http.SendAsync(request, cancellationToken);
            if (faults.Strike(InstanceFaultKinds.LoseCallbackAnswer, CallbackFaults.SubjectOf(raised)) is not null)
            {
                return (new HandlerAnswer.Failed("The answer was lost: a fault rule says so."), true);
            }

            cookies.Keep(response, request.RequestUri!, raised.ConnectionId);
            return (await ReadAsync(response, raised.Kind, cancellationToken), IsTransient(response.StatusCode));
        }
        catch (Exception exception) when (exception is HttpRequestException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // A connection that is not made in time is told as a cancellation that nobody asked for.
            return (new HandlerAnswer.Failed($"The event handler cannot be reached: {exception.Message}"), true);
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            return (new HandlerAnswer.Failed($"The answer of the event handler cannot be used: {exception.Message}"), false);
        }
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status == HttpStatusCode.RequestTimeout || (int)status >= 500;

    private static string Describe(HandlerAnswer answer) => answer switch
    {
        HandlerAnswer.Answered answered => $"status {answered.StatusCode}",
        HandlerAnswer.Failed failed => failed.Reason,
        _ => "",
    };

    private async Task<HandlerAnswer> ReadAsync(
        HttpResponseMessage response, CallbackKind kind, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var state = response.Headers.TryGetValues(CloudEventRequest.StateHeader, out var values) ? values.Last() : null;
        // Nobody is told what a refusal says, or what is said to an event that nobody waits for.
        if (!response.IsSuccessStatusCode || kind is not (CallbackKind.Connect or CallbackKind.User))
        {
            return new HandlerAnswer.Answered(status, null, state, null);
        }

        var body = await ReadBodyAsync(response.Content, cancellationToken);
        if (kind == CallbackKind.Connect)
        {
            // It is JSON whatever its content type says.
            return new HandlerAnswer.Answered(status, new MessageData(MessageDataType.Json, body), state, null);
        }

        var metadata = MessageMetadata.Check(response.Headers
            .Where(header => header.Key.StartsWith(MessageMetadata.HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            .Select(header => KeyValuePair.Create(
                header.Key[MessageMetadata.HeaderPrefix.Length..].ToLowerInvariant(), header.Value.Last())));
        var message = body.Length == 0 ? null : ToMessage(response.Content.Headers.ContentType, body, metadata);
        return new HandlerAnswer.Answered(status, message, state, metadata);
    }

    private static MessageData ToMessage(
        MediaTypeHeaderValue? type, byte[] body, IReadOnlyDictionary<string, string>? metadata)
    {
        switch (type?.MediaType?.ToLowerInvariant())
        {
            case "application/json":
                if (EncodingOf(type) is { } encoding) body = Encoding.Convert(encoding, Encoding.UTF8, body);
                if (!JsonText.IsValid(body)) throw new FormatException("it says application/json and is not JSON.");
                return new MessageData(MessageDataType.Json, body, metadata);
            case "text/plain":
                // A replacement character is better than a frame that no client can decode.
                var text = (EncodingOf(type) ?? Encoding.UTF8).GetString(body);
                return new MessageData(MessageDataType.Text, Encoding.UTF8.GetBytes(text), metadata);
            case "application/x-protobuf":
                return new MessageData(MessageDataType.Protobuf, body, metadata);
            case null or "application/octet-stream":
                return new MessageData(MessageDataType.Binary, body, metadata);
            default:
                throw new FormatException($"its content type is '{type.MediaType}'.");
        }
    }

    private static Encoding? EncodingOf(MediaTypeHeaderValue type) => TextCharset.TryRead(type.CharSet, out var encoding)
        ? encoding
        : throw new FormatException($"its charset is '{type.CharSet}'.");

    private async Task<byte[]> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        using var whole = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (whole.Length + read > limits.MaxMessageBytes)
            {
                throw new FormatException($"it is longer than {limits.MaxMessageBytes} bytes.");
            }

            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }

    [LoggerMessage(3221, LogLevel.Warning, "Event {EventName} of {ConnectionId} failed ({Problem}); again in {Seconds} s")]
    private static partial void LogRetry(
        ILogger logger, string eventName, string connectionId, string problem, double seconds);
}

using System.Collections.Concurrent;
using System.Net;
using ServerlessGateway.WebPubSubEmulator.Access;
using ServerlessGateway.WebPubSubEmulator.Http;

namespace ServerlessGateway.WebPubSubEmulator.EventHandlers;

/// <summary>Whether an event handler agreed to be called.</summary>
internal enum ConsentResult
{
    Given,
    Refused,
    Unreachable,
}

/// <summary>
/// The abuse protection of CloudEvents web hooks: before a URL is called, OPTIONS asks it for consent. The first question
/// blocks the event; afterwards the answer is kept and renewed each minute beside the events. A refusal is asked again
/// after 1 s, doubling to a minute. A handler that only cannot be reached keeps the consent it gave: the event itself
/// will find out, and is retried.
/// </summary>
internal sealed partial class Consent(
    HttpMessageInvoker http, ServiceAddress address, Meter meter, TimeProvider time, ILogger<Consent> logger)
{
    private const string AllowedHeader = "WebHook-Allowed-Origin";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);

    // Nothing was refused, so a server that is about to start is not made to wait a minute.
    private static readonly TimeSpan LongestUnreachable = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Uri, Entry> _entries = new();

    /// <summary>The consent of the handler at a URL; asks when nothing is known or what is known is due for renewal.</summary>
    public Task<ConsentResult> CheckAsync(Uri validationUrl, CancellationToken cancellationToken)
    {
        var entry = _entries.GetOrAdd(validationUrl, _ => new Entry());
        Task<ConsentResult>? asking;
        lock (entry)
        {
            if (time.GetUtcNow() >= entry.NextQuestion && entry.Asking is not { IsCompleted: false })
            {
                entry.Asking = AskAsync(entry, validationUrl);
            }

            if (entry.Known is { } known) return Task.FromResult(known);
            asking = entry.Asking;
        }

        return asking is null ? Task.FromResult(ConsentResult.Unreachable) : asking.WaitAsync(cancellationToken);
    }

    private async Task<ConsentResult> AskAsync(Entry entry, Uri url)
    {
        // The caller holds the entry's lock: whatever this does must not run inside it.
        await Task.Yield();
        var result = await QuestionAsync(url);
        lock (entry)
        {
            if (result == ConsentResult.Given)
            {
                entry.BackOff = FirstBackOff;
                entry.NextQuestion = time.GetUtcNow() + RenewalInterval;
            }
            else
            {
                var longest = result == ConsentResult.Refused ? RenewalInterval : LongestUnreachable;
                entry.NextQuestion = time.GetUtcNow() + (entry.BackOff < longest ? entry.BackOff : longest);
                entry.BackOff = entry.BackOff * 2 < longest ? entry.BackOff * 2 : longest;
            }

            if (result != ConsentResult.Unreachable) entry.Known = result;
        }

        return result;
    }

    private async Task<ConsentResult> QuestionAsync(Uri url)
    {
        try
        {
            using var timeout = new CancellationTokenSource(AnswerTimeout, time);
            using var answer = await SendAsync(HttpMethod.Options, url, timeout.Token);
            if (answer.StatusCode != HttpStatusCode.NotFound) return Judge(answer, url);
            // Some handlers cannot route OPTIONS; the service asks them by GET.
            using var second = await SendAsync(HttpMethod.Get, url, timeout.Token);
            return Judge(second, url);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            LogUnreachable(logger, url, exception.Message);
            return ConsentResult.Unreachable;
        }
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri url, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.TryAddWithoutValidation(CloudEventRequest.OriginHeader, address.Origin);
        request.Headers.TryAddWithoutValidation(CloudEventRequest.VersionHeader, CloudEventRequest.Version);
        meter.Callback(CallbackKind.Validate, 0, isRetry: false);
        return http.SendAsync(request, cancellationToken);
    }

    private ConsentResult Judge(HttpResponseMessage answer, Uri url)
    {
        if (answer.StatusCode == HttpStatusCode.RequestTimeout || (int)answer.StatusCode >= 500)
        {
            // It said neither yes nor no: a handler that starts or is overloaded.
            LogUnreachable(logger, url, $"status {(int)answer.StatusCode}");
            return ConsentResult.Unreachable;
        }

        var allowed = answer.Headers.TryGetValues(AllowedHeader, out var values)
            ? values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries)).ToList()
            : [];
        if (answer.IsSuccessStatusCode && allowed.Exists(name => name == "*" || address.IsOrigin(name)))
        {
            return ConsentResult.Given;
        }

        LogRefused(logger, url, (int)answer.StatusCode, string.Join(", ", allowed));
        return ConsentResult.Refused;
    }

    [LoggerMessage(3211, LogLevel.Warning, "Event handler {Url} cannot be asked for consent: {Error}")]
    private static partial void LogUnreachable(ILogger logger, Uri url, string error);

    [LoggerMessage(3212, LogLevel.Warning, "Event handler {Url} refused: status {StatusCode}, allowed origins '{Allowed}'")]
    private static partial void LogRefused(ILogger logger, Uri url, int statusCode, string allowed);

    private sealed class Entry
    {
        public ConsentResult? Known { get; set; }

        public DateTimeOffset NextQuestion { get; set; }

        public TimeSpan BackOff { get; set; } = FirstBackOff;

        public Task<ConsentResult>? Asking { get; set; }
    }
}

using System.Net;
using System.Net.Http.Headers;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Shell;

/// <summary>Asks negotiate over HTTP.</summary>
internal sealed class Negotiator : IDisposable
{
    /// <summary>An answer is below 16 KiB: a URL with its token, and four limits.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    private readonly Uri _address;
    private readonly Func<CancellationToken, ValueTask<string>> _getToken;
    private readonly HttpClient _http;
    private readonly HttpClient? _owned;

    public Negotiator(GatewayClientOptions options)
    {
        var text = options.Endpoint.AbsoluteUri;
        _address = new Uri(new Uri(text.EndsWith('/') ? text : text + "/"), "api/negotiate");
        _getToken = options.GetToken;

        // Connections are renewed so that a change of the gateway's DNS is noticed; the core's timers bound each
        // attempt.
        _owned = options.HttpClient is not null
            ? null
            : new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
            {
                Timeout = Timeout.InfiniteTimeSpan,
                MaxResponseContentBufferSize = MaxAnswerBytes,
            };
        _http = options.HttpClient ?? _owned!;
    }

    /// <summary>The answer, or the error to report; cancellation alone is thrown.</summary>
    public async Task<(NegotiateAnswer? Answer, ErrorDetail? Error)> AskAsync(
        NegotiateRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _address)
            {
                Content = new ByteArrayContent(NegotiationCodec.Encode(request)),
            };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var token = await GetTokenAsync(cancellationToken).ConfigureAwait(false);
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await _http.SendAsync(message, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return Read(response.StatusCode, body);
        }
        catch (GatewayException exception)
        {
            return (null, exception.Error);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Failed($"Negotiate could not be asked: {exception.Message}", exception.GetType().Name));
        }
    }

    public void Dispose() => _owned?.Dispose();

    /// <summary>
    /// The application's code may block, or not look at its token: an attempt that is given up does not wait for it.
    /// </summary>
    private async Task<string> GetTokenAsync(CancellationToken cancellationToken)
    {
        var token = Task.Run(() => _getToken(cancellationToken).AsTask(), cancellationToken);
        _ = token.ContinueWith(
            static late => late.Exception, // Seen: once the attempt is given up, nobody waits for it.
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return await token.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static (NegotiateAnswer? Answer, ErrorDetail? Error) Read(HttpStatusCode status, byte[] body)
    {
        if (status == HttpStatusCode.OK)
        {
            return NegotiationCodec.DecodeAnswer(body) is { } answer
                ? (answer, null)
                : (null, Failed("Negotiate answered with something else.", "200"));
        }

        // Without an error of ours it is not the gateway that speaks; what is in between may soon let it speak again.
        return (null, NegotiationCodec.DecodeError(body) ?? (status == HttpStatusCode.Unauthorized
            ? ErrorDetail.Of(ErrorCodes.TokenInvalid, "Negotiate answered 401.")
            : Failed(
                "Negotiate was refused.", ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture))));
    }

    private static ErrorDetail Failed(string message, string value) =>
        ErrorDetail.Of(ErrorCodes.ConnectFailed, message, value);
}

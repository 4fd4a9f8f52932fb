using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Triggers;

/// <summary>
/// An HTTP answer: a status, headers and a body, written as they are. The worker serializes what a function returned and sends
/// it to the host, even when it has written it already; so nothing of it is public, or each body would travel twice.
/// </summary>
internal sealed class HttpAnswer(int status, ReadOnlyMemory<byte> body = default) : IActionResult
{
    private const string Json = "application/json; charset=utf-8";

    private readonly List<KeyValuePair<string, string>> _headers = [];

    internal int Status => status;

    internal ReadOnlyMemory<byte> Body => body;

    internal IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>An error with the status of its code.</summary>
    public static HttpAnswer Of(ErrorDetail error)
    {
        var status = ErrorCodes.All.FirstOrDefault(code => code.Code == error.Code)?.HttpStatus is { } known and not 0 ? known : 500;
        var answer = new HttpAnswer(status, EdgeJson.Serialize(error));
        return error.RetryAfterMs is { } delay
            ? answer.With("Retry-After", ((delay + 999) / 1000).ToString(CultureInfo.InvariantCulture))
            : answer;
    }

    /// <summary>A body of JSON, as all bodies of the gateway are.</summary>
    public static HttpAnswer Ok(ReadOnlyMemory<byte> json) => new(200, json);

    public HttpAnswer With(string header, string value)
    {
        _headers.Add(new(header, value));
        return this;
    }

    /// <inheritdoc/>
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = status;
        foreach (var (name, value) in _headers)
        {
            response.Headers[name] = value;
        }

        if (!body.IsEmpty)
        {
            response.ContentType = Json;
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, context.HttpContext.RequestAborted);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{status} {Encoding.UTF8.GetString(body.Span)}";
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>
/// The answers of the data plane. An error is an <c>ErrorDetail</c>: code, message and the parameter at fault, with the
/// code in a header too. https://learn.microsoft.com/rest/api/webpubsub/dataplane/web-pub-sub/send-to-all#errordetail
/// </summary>
internal static class RestResults
{
    private const string CodeHeader = "x-ms-error-code";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static IResult Ok { get; } = Results.StatusCode(StatusCodes.Status200OK);

    public static IResult Accepted { get; } = Results.StatusCode(StatusCodes.Status202Accepted);

    public static IResult NoContent { get; } = Results.StatusCode(StatusCodes.Status204NoContent);

    public static IResult NotFound(string message) => Error(StatusCodes.Status404NotFound, "NotFound", message);

    public static IResult BadRequest(string message) => Error(StatusCodes.Status400BadRequest, "BadRequest", message);

    public static IResult Exists(bool exists) => exists ? Ok : Results.StatusCode(StatusCodes.Status404NotFound);

    public static string CodeOf(int statusCode) => statusCode switch
    {
        StatusCodes.Status429TooManyRequests => "TooManyRequests",
        StatusCodes.Status503ServiceUnavailable => "ServiceUnavailable",
        _ => ReasonPhrases.GetReasonPhrase(statusCode).Replace(" ", "", StringComparison.Ordinal),
    };

    /// <summary>An error whose code is <c>Error.</c> and the name given.</summary>
    public static IResult Error(int statusCode, string name, string message, string? target = null) =>
        new ErrorResult(statusCode, new ErrorDetail($"Error.{name}", message, target));

    private sealed record ErrorDetail(string Code, string Message, string? Target);

    private sealed class ErrorResult(int statusCode, ErrorDetail detail) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers[CodeHeader] = detail.Code;
            return Results.Json(detail, Json, statusCode: statusCode).ExecuteAsync(httpContext);
        }
    }
}

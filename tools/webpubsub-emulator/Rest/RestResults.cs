using System.Text.Json;

namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>The answers of the data plane; an error is <c>{"error":{"code","message"}}</c> as everywhere in Azure.</summary>
internal static class RestResults
{
    public static IResult Ok { get; } = Results.StatusCode(StatusCodes.Status200OK);

    public static IResult Accepted { get; } = Results.StatusCode(StatusCodes.Status202Accepted);

    public static IResult NoContent { get; } = Results.StatusCode(StatusCodes.Status204NoContent);

    public static IResult NotFound(string message) => Error(StatusCodes.Status404NotFound, "NotFound", message);

    public static IResult BadRequest(string message) => Error(StatusCodes.Status400BadRequest, "BadRequest", message);

    public static IResult Exists(bool exists) => exists ? Ok : Results.StatusCode(StatusCodes.Status404NotFound);

    public static IResult Error(int statusCode, string code, string message) => Results.Json(
        new { error = new { code, message } }, JsonSerializerOptions.Web, statusCode: statusCode);
}

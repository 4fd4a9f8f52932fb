namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>A request that cannot be carried out; becomes the error answer that it describes.</summary>
internal sealed class RestException(int statusCode, string code, string message) : Exception(message)
{
    public int StatusCode { get; } = statusCode;

    public string Code { get; } = code;

    public static RestException Bad(string message) => new(StatusCodes.Status400BadRequest, "BadRequest", message);
}

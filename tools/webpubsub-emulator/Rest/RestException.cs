namespace ServerlessGateway.WebPubSubEmulator.Rest;

/// <summary>A request that cannot be carried out; becomes the error answer that it describes.</summary>
internal sealed class RestException(int statusCode, string code, string message, string? target = null)
    : Exception(message)
{
    public int StatusCode { get; } = statusCode;

    public string Code { get; } = code;

    /// <summary>The parameter at fault, where it is one.</summary>
    public string? Target { get; } = target;

    public static RestException Bad(string message, string? target = null) =>
        new(StatusCodes.Status400BadRequest, "BadRequest", message, target);
}

using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>
/// The one exception of this library for what the gateway refused or could not do; ERRORS.md lists the codes.
/// </summary>
public sealed class GatewayException : Exception
{
    /// <summary>Makes an exception of an error of the protocol.</summary>
    /// <param name="error">The code, its message, value and limit.</param>
    /// <param name="innerException">What caused it, where there is more to say.</param>
    public GatewayException(ErrorDetail error, Exception? innerException = null)
        : base(Describe(error), innerException) => Error = error;

    /// <summary>The error as it stood on the wire, or as the library made it (5xxx).</summary>
    public ErrorDetail Error { get; }

    /// <summary>The number; a number that this version does not know still has its <see cref="Verdict"/>.</summary>
    public int Code => Error.Code;

    /// <summary>What to do about it, by the range of the code.</summary>
    public Verdict Verdict => ErrorCode.VerdictOf(Code);

    /// <summary>True where the same can succeed later: the library itself repeats what it may repeat.</summary>
    public bool IsTransient => Verdict is Verdict.Retry or Verdict.Reconnect;

    private static string Describe(ErrorDetail error)
    {
        var value = error.Value is null ? string.Empty : $" Value: '{error.Value}'.";
        var limit = error.Limit is null ? string.Empty : $" Limit: {error.Limit}.";
        return $"{error.Code} {error.Name}: {error.Message}{value}{limit}";
    }
}

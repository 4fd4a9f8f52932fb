namespace ServerlessGateway.Sessions;

/// <summary>
/// Something stored has a format that this process does not read: a newer process wrote it, or it is damaged.
/// </summary>
internal sealed class FormatVersionException(string message, Exception? inner = null) : Exception(message, inner);

namespace ServerlessGateway.Sessions;

/// <summary>The store did not answer, or others wrote each time before us; repeating later can help.</summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

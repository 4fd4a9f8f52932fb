using ServerlessGateway.Requests;
using ServerlessGateway.Sessions;

namespace ServerlessGateway.Triggers;

/// <summary>What handles callbacks, the same for both edges.</summary>
internal sealed record CallbackHandlers(ConnectHandler Connect, DisconnectedHandler Disconnected, RequestHandler Requests);

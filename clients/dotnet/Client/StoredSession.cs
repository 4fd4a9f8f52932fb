using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client;

/// <summary>
/// What another client object, also in another process, needs to go on where this one stopped: the session, and the
/// positions that the application has processed. Plain data, so it can be written as JSON; whoever holds it still needs
/// a token of the same user.
/// </summary>
/// <param name="Session">The session's id, 32 hexadecimal digits.</param>
/// <param name="Positions">The last message processed, by channel. They win over those that the gateway has
/// stored.</param>
public sealed record StoredSession(string Session, IReadOnlyDictionary<string, Position> Positions);

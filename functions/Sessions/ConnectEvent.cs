using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Sessions;

/// <summary>What Web PubSub tells of a client that asks to connect.</summary>
/// <param name="Instance">The instance that asks, known from the route that it was given (N3).</param>
/// <param name="ConnectionId">The connection's id.</param>
/// <param name="User">The user id of the client's token, <see cref="Access.UserName.ToServiceId"/>; null where it names
/// none.</param>
/// <param name="Session">What the client's URL names as its session.</param>
/// <param name="Subprotocols">What the client offers.</param>
internal sealed record ConnectEvent(
    InstanceName Instance, string ConnectionId, string? User, string? Session, IReadOnlyList<string> Subprotocols);

/// <summary>The answer to a <see cref="ConnectEvent"/>.</summary>
internal abstract record ConnectOutcome
{
    /// <summary>Let in. The connection gets no roles: a client may only send events.</summary>
    /// <param name="User">The user id, as the token named it.</param>
    /// <param name="Groups">The groups that it joins at once.</param>
    /// <param name="Subprotocol">The one of the offered that is taken.</param>
    /// <param name="State">What the connection's callbacks need.</param>
    public sealed record Accepted(string User, IReadOnlyList<string> Groups, string Subprotocol, ConnectionState State) : ConnectOutcome;

    /// <summary>Refused; the client sees the code's HTTP status.</summary>
    /// <param name="Error">Why.</param>
    public sealed record Refused(ErrorDetail Error) : ConnectOutcome;
}

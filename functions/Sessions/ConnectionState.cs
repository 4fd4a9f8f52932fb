using System.Security.Cryptography;
using System.Text;
using ServerlessGateway.Access;
using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Sessions;

/// <summary>
/// What every callback of a connection needs, carried by Web PubSub for us: so publishing touches no table. It comes
/// from the connect answer and returns with each event.
/// </summary>
/// <param name="Instance">The instance that holds the connection.</param>
/// <param name="Session">The session.</param>
/// <param name="User">Whose it is. The header <c>ce-userId</c> says it too, but headers are not safe for names beyond
/// ASCII.</param>
/// <param name="ConnectionNumber">The connection's number within the session, as of its connect.</param>
/// <param name="SetVersion">
/// The <see cref="VersionOf"/> the channels whose groups the connection is in; empty where that is not known, which
/// makes a resume add all of its channels again.
/// </param>
/// <param name="Expires">When the token behind the capabilities expires.</param>
/// <param name="Capabilities">What the user may do.</param>
internal sealed record ConnectionState(
    InstanceName Instance, SessionId Session, string User, long ConnectionNumber, string SetVersion, DateTimeOffset Expires, CapabilitySet Capabilities)
{
    /// <summary>The set version of nothing in particular.</summary>
    public const string UnknownSet = "";

    /// <summary>
    /// A fingerprint of a set of channels, independent of order: the first 64 bits of SHA-256 over the sorted names.
    /// </summary>
    public static string VersionOf(IEnumerable<ChannelName> channels)
    {
        // No name holds a line feed, so the joined text is unambiguous.
        var text = string.Join('\n', channels.Select(channel => channel.Value).Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }
}

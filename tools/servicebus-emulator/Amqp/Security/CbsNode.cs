using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary><c>$cbs</c>: a connection puts tokens here before it attaches to entities.</summary>
internal sealed class CbsNode(ClaimSet claims, SharedAccessKey key, TimeProvider time) : IRequestNode
{
    public const string Address = "$cbs";

    private const int Accepted = 202;
    private const int BadRequest = 400;
    private const int Unauthorized = 401;

    public void Handle(Message request, Action<Message> reply)
    {
        var properties = request.ApplicationProperties?.Map;
        var operation = PropertyValues.Find(properties, "operation") as string;
        var type = PropertyValues.Find(properties, "type") as string;
        if (operation != "put-token" || request.Body is not string token)
        {
            reply(Answer(BadRequest, "A put-token operation with the token as its body is expected.", null));
            return;
        }

        var now = time.GetUtcNow();
        var claim = type switch
        {
            "servicebus.windows.net:sastoken" => SasToken.Check(token, key, now),
            "jwt" => JsonWebTokenShape.Check(token, now),
            _ => null,
        };
        reply(claim is null
            ? Answer(BadRequest, $"Tokens of type '{type}' are not known.", null)
            : Answer(claim));
    }

    private Message Answer(Claim claim)
    {
        if (claim.Refusal is not null)
        {
            return Answer(Unauthorized, claim.Refusal, ErrorCode.UnauthorizedAccess);
        }

        return claims.TryAdd(claim)
            ? Answer(Accepted, "Accepted", null)
            : Answer(BadRequest, "The connection holds as many tokens as it may, or the resource of this one is too long.", ErrorCode.ResourceLimitExceeded);
    }

    /// <summary>Both spellings: SDKs read the one or the other.</summary>
    private static Message Answer(int status, string description, string? condition)
    {
        var properties = new ApplicationProperties();
        properties["status-code"] = status;
        properties["statusCode"] = status;
        properties["status-description"] = description;
        properties["statusDescription"] = description;
        if (condition is not null)
        {
            properties["error-condition"] = new Symbol(condition);
            properties["errorCondition"] = new Symbol(condition);
        }

        return new Message { ApplicationProperties = properties };
    }
}

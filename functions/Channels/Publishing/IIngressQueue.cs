using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>The Service Bus queue <c>ingress</c>, as the gateway writes to it. Sessions are strings: a shard, or an instance's own.</summary>
internal interface IIngressQueue
{
    /// <summary>Sends one envelope, once, without retries of its own.</summary>
    Task<SendOutcome> SendAsync(string session, Envelope envelope, CancellationToken cancellationToken);

    /// <summary>Sends a work item of the gateway itself, due after a delay (zero: at once).</summary>
    Task<SendOutcome> SendAsync(string session, IngressTask task, TimeSpan delay, CancellationToken cancellationToken);
}

/// <summary>How a send ended.</summary>
internal enum SendOutcome
{
    /// <summary>Durable.</summary>
    Accepted,

    /// <summary>Throttled or full, and certainly not taken.</summary>
    Busy,

    /// <summary>Certainly not taken, and repeating will not help soon (too large, no right, no such queue).</summary>
    Refused,

    /// <summary>It may or may not have been taken: send the same again under the same id.</summary>
    Unknown,
}

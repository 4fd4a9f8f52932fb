using Azure.Core;

namespace ServerlessGateway.Backend;

/// <summary>Settings of a <see cref="GatewayBackend"/>.</summary>
public sealed record GatewayBackendOptions
{
    /// <summary>
    /// The backend's name, which is also its subscription of the topic and the user of its answers,
    /// <c>$backend/NAME</c>: 1 to 50 characters out of <c>A-Z a-z 0-9 _ -</c>. Required, and the same in every process
    /// of this backend.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>
    /// A connection string of the Service Bus namespace; either this or <see cref="FullyQualifiedNamespace"/>.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>The namespace's host name, used with <see cref="Credential"/>.</summary>
    public string? FullyQualifiedNamespace { get; init; }

    /// <summary>Who this process is; it needs to receive from the topic and to send to the queue.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>The topic of sequenced events. <c>events</c> by default.</summary>
    public string Topic { get; init; } = "events";

    /// <summary>The queue that takes answers. <c>ingress</c> by default.</summary>
    public string Queue { get; init; } = "ingress";

    /// <summary>Channels handled side by side; each is handled in order. 16 by default, 1 to 1,000.</summary>
    public int MaxConcurrentChannels { get; init; } = 16;

    /// <summary>How long a channel may be silent before its place is given to another. 2 seconds by default.</summary>
    public TimeSpan ChannelIdleTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Names the backend alone: a connection string is a secret, and settings end up in logs.</summary>
    public override string ToString() => $"{nameof(GatewayBackendOptions)} {Name}";

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">One is missing or out of its range.</exception>
    internal void Validate()
    {
        var isName = Name is { Length: >= 1 and <= 50 }
            && Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');
        Check(isName, nameof(Name), Name, "1 to 50 characters out of A-Z a-z 0-9 _ -");
        var hasIdentity = FullyQualifiedNamespace is not null && Credential is not null;
        Check(
            (ConnectionString is not null) != hasIdentity, nameof(ConnectionString), "set or missing twice",
            $"the only one of it and {nameof(FullyQualifiedNamespace)} with {nameof(Credential)}");
        Check(
            MaxConcurrentChannels is >= 1 and <= 1000, nameof(MaxConcurrentChannels), MaxConcurrentChannels,
            "from 1 to 1000");
        Check(ChannelIdleTimeout > TimeSpan.Zero, nameof(ChannelIdleTimeout), ChannelIdleTimeout, "more than zero");
    }

    private static void Check(bool holds, string name, object? value, string range)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} is {value}; it must be {range}.", name);
        }
    }
}

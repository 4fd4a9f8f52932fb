using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>Makes the URLs by which clients connect to an instance.</summary>
internal interface IClientUrls
{
    /// <summary>A URL that lets one client in for a while; it holds a token and is never logged.</summary>
    Task<Uri> CreateAsync(InstanceName instance, string user, TimeSpan expiresAfter, CancellationToken cancellationToken);
}

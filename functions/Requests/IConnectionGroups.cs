using ServerlessGateway.Instances;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Requests;

/// <summary>Which groups a connection is in. A group is a channel.</summary>
internal interface IConnectionGroups
{
    /// <summary>Puts a connection into the groups of all these channels; done when the call returns.</summary>
    Task<GroupOutcome> AddAsync(
        InstanceName instance, string connectionId, IReadOnlyCollection<ChannelName> channels, CancellationToken cancellationToken);

    /// <summary>Takes a connection out of the groups of all these channels; those it is not in are no error.</summary>
    Task<GroupOutcome> RemoveAsync(
        InstanceName instance, string connectionId, IReadOnlyCollection<ChannelName> channels, CancellationToken cancellationToken);
}

/// <summary>How a change of groups ended.</summary>
internal enum GroupOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>Throttled; nothing is wrong otherwise.</summary>
    Busy,

    /// <summary>Not done, or not known.</summary>
    Failed,
}

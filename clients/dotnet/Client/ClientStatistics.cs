namespace ServerlessGateway.Client;

/// <summary>Counts since the client was made; a snapshot.</summary>
/// <param name="Accepted">Publications accepted.</param>
/// <param name="Refused">Publications refused.</param>
/// <param name="Unknown">Publications whose outcome stayed unknown.</param>
/// <param name="PublishRequests">Publish requests sent, repeats included.</param>
/// <param name="Repeated">Publications sent more than once.</param>
/// <param name="Messages">Messages handed on.</param>
/// <param name="Dropped">Messages that arrived again and were dropped.</param>
/// <param name="Gaps">Gaps reported.</param>
/// <param name="Resets">Resets reported.</param>
/// <param name="Reads">Pages asked for by <c>history</c>.</param>
/// <param name="Connections">Connections that became live.</param>
/// <param name="Resumes">Lost connections that were made good.</param>
public sealed record ClientStatistics(
    long Accepted = 0,
    long Refused = 0,
    long Unknown = 0,
    long PublishRequests = 0,
    long Repeated = 0,
    long Messages = 0,
    long Dropped = 0,
    long Gaps = 0,
    long Resets = 0,
    long Reads = 0,
    long Connections = 0,
    long Resumes = 0);

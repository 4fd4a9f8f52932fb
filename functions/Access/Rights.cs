namespace ServerlessGateway.Access;

/// <summary>What a capability allows. The numbers are part of the connection state's format.</summary>
[Flags]
internal enum Rights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Subscribe, resume, read history, check.</summary>
    Subscribe = 1,

    /// <summary>Publish.</summary>
    Publish = 2,
}

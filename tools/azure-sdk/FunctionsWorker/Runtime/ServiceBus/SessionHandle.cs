using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

/// <summary>The session of a message in hand.</summary>
internal sealed class SessionHandle(ProcessSessionMessageEventArgs arguments)
{
    public string SessionId => arguments.SessionId;

    public ProcessSessionMessageEventArgs Arguments => arguments;

    /// <summary>Set by the function, read once it returned: a release takes effect only then.</summary>
    public bool ReleaseWanted { get; set; }
}

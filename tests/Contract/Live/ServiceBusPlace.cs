using Azure.Identity;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.Contract.Tests.AzureSdk;

namespace ServerlessGateway.Contract.Tests.Live;

/// <summary>A Service Bus namespace that the contract is asked of: the emulator in this process, or a live one.</summary>
internal sealed class ServiceBusPlace : IAsyncDisposable
{
    public const string Emulator = "the emulator";
    public const string Azure = "live Azure";

    private readonly IAsyncDisposable? _owned;

    private ServiceBusPlace(ServiceBusClient client, string queue, string sessionQueue, IAsyncDisposable? owned)
    {
        Client = client;
        Queue = queue;
        SessionQueue = sessionQueue;
        _owned = owned;
    }

    /// <summary>The places that there are: the emulator always, live Azure where the settings name a namespace.</summary>
    public static IReadOnlyList<string> Names => LiveSettings.ServiceBus is null ? [Emulator] : [Emulator, Azure];

    public ServiceBusClient Client { get; }

    public string Queue { get; }

    public string SessionQueue { get; }

    /// <summary>A session id that no other test has, here or in another run.</summary>
    public static string NewSession() => $"contract-{Guid.NewGuid():N}";

    public static async Task<ServiceBusPlace> OpenAsync(string name, int maxRetries = 0)
    {
        if (name == Azure)
        {
            var live = new ServiceBusPlace(ConnectLive(Options(maxRetries)), LiveSettings.Queue, LiveSettings.SessionQueue, null);
            await live.EmptyAsync();
            return live;
        }

        var own = await ServiceBusNamespace.StartAsync();
        return new ServiceBusPlace(
            new ServiceBusClient(own.ConnectionString, Options(maxRetries)), ServiceBusNamespace.Queue, ServiceBusNamespace.SessionQueue, own);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }
    }

    private static ServiceBusClientOptions Options(int maxRetries) => new()
    {
        RetryOptions = new ServiceBusRetryOptions { MaxRetries = maxRetries, TryTimeout = TimeSpan.FromSeconds(20) },
    };

    private static ServiceBusClient ConnectLive(ServiceBusClientOptions options) =>
        LiveSettings.ServiceBus!.Contains("SharedAccess", StringComparison.Ordinal)
            ? new ServiceBusClient(LiveSettings.ServiceBus, options)
            : new ServiceBusClient(LiveSettings.ServiceBus, new DefaultAzureCredential(), options);

    /// <summary>What an earlier run left behind would be taken for this one's.</summary>
    private async Task EmptyAsync()
    {
        await using var receiver = Client.CreateReceiver(
            Queue, new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        while ((await receiver.ReceiveMessagesAsync(100, TimeSpan.FromSeconds(2))).Count > 0)
        {
            // Each round takes up to a hundred.
        }
    }
}

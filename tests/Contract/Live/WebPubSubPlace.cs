using Azure.Identity;
using Azure.Messaging.WebPubSub;
using ServerlessGateway.Contract.Tests.WebPubSubEmulator;

namespace ServerlessGateway.Contract.Tests.Live;

/// <summary>A hub that the contract is asked of: the emulator's in this process, or a live one.</summary>
internal sealed class WebPubSubPlace : IAsyncDisposable
{
    public const string Emulator = "the emulator";
    public const string Azure = "live Azure";

    private readonly IAsyncDisposable? _owned;

    private WebPubSubPlace(WebPubSubServiceClient client, IAsyncDisposable? owned)
    {
        Client = client;
        _owned = owned;
    }

    public static IReadOnlyList<string> Names => LiveSettings.WebPubSub is null ? [Emulator] : [Emulator, Azure];

    public WebPubSubServiceClient Client { get; }

    /// <summary>A group or user name that no other test has, here or in another run.</summary>
    public static string NewName() => $"contract-{Guid.NewGuid():N}";

    public static async Task<WebPubSubPlace> OpenAsync(string name)
    {
        if (name == Azure)
        {
            return new WebPubSubPlace(ConnectLive(LiveSettings.WebPubSub!), null);
        }

        var own = await TestInstance.StartAsync();
        return new WebPubSubPlace(new WebPubSubServiceClient(own.Host.ConnectionString, TestInstance.Hub), own);
    }

    /// <summary>A connected client of the JSON protocol, in the groups given.</summary>
    public async Task<TestClient> ConnectAsync(string user, params string[] groups) =>
        await TestClient.ConnectAsync((await Client.GetClientAccessUriAsync(TimeSpan.FromMinutes(5), user, groups: groups)).AbsoluteUri);

    public async ValueTask DisposeAsync()
    {
        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }
    }

    private static WebPubSubServiceClient ConnectLive(string setting) => setting.Contains("AccessKey", StringComparison.OrdinalIgnoreCase)
        ? new WebPubSubServiceClient(setting, LiveSettings.Hub)
        : new WebPubSubServiceClient(new Uri(setting), LiveSettings.Hub, new DefaultAzureCredential());
}

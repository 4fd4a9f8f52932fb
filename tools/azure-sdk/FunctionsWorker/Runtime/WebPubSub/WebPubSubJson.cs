using System.Text.Json;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

internal static class WebPubSubJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new ConnectionStatesJsonConverter() },
    };
}

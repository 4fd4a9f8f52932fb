using Microsoft.AspNetCore.Http;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Contract.Tests.WebPubSubEmulator;

/// <summary>Microsoft's own JavaScript SDKs, unchanged, against one instance with an event handler behind it.</summary>
public sealed class SdkAcceptanceTests
{
    [Fact]
    [Feature("SDKs", "@azure/web-pubsub 1.2.0, unchanged")]
    [Feature("SDKs", "@azure/web-pubsub-client 1.0.4 on json.webpubsub.azure.v1, unchanged")]
    [Feature("SDKs", "@azure/web-pubsub-client 1.0.4 on json.reliable.webpubsub.azure.v1, unchanged")]
    [Feature("SDKs", "@azure/web-pubsub-client 1.0.4 on the protobuf subprotocols, by a protocol object of the test's own")]
    public async Task The_JavaScript_SDKs_work_unchanged()
    {
        await using var handler = await TestHandler.StartAsync();
        handler.Answer = AnswerAsync;
        await using var instance = await TestInstance.StartAsync(handler.Config("connect,connected,disconnected"));

        var passed = await NodeSuite.RunAsync("webpubsub", new Dictionary<string, string>
        {
            ["WEBPUBSUB_CONNECTION_STRING"] = instance.Host.ConnectionString,
            ["WEBPUBSUB_ENDPOINT"] = instance.Endpoint,
        });

        Assert.True(passed >= 44, $"Only {passed} tests ran.");
    }

    [Fact]
    [Feature("SDKs", "@azure/web-pubsub-express 1.1.0 on express 5, unchanged")]
    public async Task The_express_middleware_handles_events_unchanged()
    {
        var passed = await NodeSuite.RunAsync("webpubsub-express", new Dictionary<string, string>
        {
            ["WEBPUBSUB_EMULATOR"] = Path.Combine(AppContext.BaseDirectory, "ServerlessGateway.WebPubSubEmulator.dll"),
        });

        Assert.True(passed >= 14, $"Only {passed} tests ran.");
    }

    // Refuses the user 'refused' and the event 'refuse'; says back everything else.
    private static Task AnswerAsync(HandlerRequest request, HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        switch (request.Event)
        {
            case "connect" when request.Header("ce-userId") == "refused":
                response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            case "refuse":
                response.StatusCode = StatusCodes.Status400BadRequest;
                return Task.CompletedTask;
            case "echo":
                response.StatusCode = StatusCodes.Status200OK;
                response.ContentType = request.Header("Content-Type");
                return response.Body.WriteAsync(request.Body).AsTask();
            default:
                return Task.CompletedTask;
        }
    }
}

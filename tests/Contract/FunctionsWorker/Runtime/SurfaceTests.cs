using Microsoft.Azure.Functions.Worker;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker.Runtime;

/// <summary>What an app can see of the stand-in is official API and nothing else.</summary>
public sealed class SurfaceTests
{
    /// <summary>From the public API listings and sources of the packages at the versions in the README.</summary>
    private static readonly string[] OfficialTypes =
    [
        "Microsoft.Azure.Functions.Worker.AuthorizationLevel",
        "Microsoft.Azure.Functions.Worker.Builder.FunctionsApplication",
        "Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilder",
        "Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilderAspNetCoreExtensions",
        "Microsoft.Azure.Functions.Worker.ConnectEventRequest",
        "Microsoft.Azure.Functions.Worker.ConnectEventResponse",
        "Microsoft.Azure.Functions.Worker.ConnectedEventRequest",
        "Microsoft.Azure.Functions.Worker.DisconnectedEventRequest",
        "Microsoft.Azure.Functions.Worker.EventErrorResponse",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.BindingAttribute",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.TriggerBindingAttribute",
        "Microsoft.Azure.Functions.Worker.FunctionAttribute",
        "Microsoft.Azure.Functions.Worker.FunctionContext",
        "Microsoft.Azure.Functions.Worker.FunctionDefinition",
        "Microsoft.Azure.Functions.Worker.HttpTriggerAttribute",
        "Microsoft.Azure.Functions.Worker.ScheduleStatus",
        "Microsoft.Azure.Functions.Worker.ServiceBusMessageActions",
        "Microsoft.Azure.Functions.Worker.ServiceBusSessionMessageActions",
        "Microsoft.Azure.Functions.Worker.ServiceBusTriggerAttribute",
        "Microsoft.Azure.Functions.Worker.TimerInfo",
        "Microsoft.Azure.Functions.Worker.TimerTriggerAttribute",
        "Microsoft.Azure.Functions.Worker.UserEventRequest",
        "Microsoft.Azure.Functions.Worker.UserEventResponse",
        "Microsoft.Azure.Functions.Worker.WebPubSubClientCertificate",
        "Microsoft.Azure.Functions.Worker.WebPubSubConnectionContext",
        "Microsoft.Azure.Functions.Worker.WebPubSubDataType",
        "Microsoft.Azure.Functions.Worker.WebPubSubErrorCode",
        "Microsoft.Azure.Functions.Worker.WebPubSubEventRequest",
        "Microsoft.Azure.Functions.Worker.WebPubSubEventResponse",
        "Microsoft.Azure.Functions.Worker.WebPubSubEventType",
        "Microsoft.Azure.Functions.Worker.WebPubSubTriggerAttribute",
    ];

    [Fact]
    public void Public_types_are_official_types()
    {
        var visible = typeof(FunctionContext).Assembly.GetExportedTypes().Select(type => type.FullName!);

        Assert.Equal(OfficialTypes.Order(StringComparer.Ordinal), visible.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Defaults_are_the_official_ones()
    {
        Assert.Equal(AuthorizationLevel.Function, new HttpTriggerAttribute().AuthLevel);
        Assert.Equal(AuthorizationLevel.Anonymous, new HttpTriggerAttribute("get").AuthLevel);
        Assert.True(new TimerTriggerAttribute("x").UseMonitor);
        Assert.False(new ServiceBusTriggerAttribute("queue").AutoCompleteMessages);
        Assert.Equal("", new WebPubSubTriggerAttribute(WebPubSubEventType.User, "message").Hub);
        Assert.Equal(WebPubSubErrorCode.ServerError, new EventErrorResponse().Code);
        Assert.Equal(WebPubSubDataType.Binary, new UserEventResponse().DataType);
        Assert.Equal(WebPubSubDataType.Text, new UserEventResponse("text").DataType);
        Assert.Empty(new ConnectEventResponse().ConnectionStates);
    }

    [Fact]
    public void Cleared_states_can_be_set_again()
    {
        var response = new UserEventResponse();
        response.SetState("a", BinaryData.FromString("1"));

        response.ClearStates();
        Assert.Null(response.ConnectionStates);
        response.SetState("b", BinaryData.FromString("2"));

        Assert.Equal("b", Assert.Single(response.ConnectionStates!).Key);
    }
}

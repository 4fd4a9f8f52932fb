using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
        var message = new UserEventResponse();
        var connect = new ConnectEventResponse();
        message.SetState("a", BinaryData.FromString("1"));
        connect.SetState("a", BinaryData.FromString("1"));

        message.ClearStates();
        connect.ClearStates();
        Assert.Null(message.ConnectionStates);
        Assert.Null(connect.ConnectionStates);
        message.SetState("b", BinaryData.FromString("2"));

        Assert.Equal("b", Assert.Single(message.ConnectionStates!).Key);
    }

    [Fact]
    public void The_builder_offers_what_an_app_sets_up_and_finds_no_functions_in_an_assembly_without()
    {
        Environment.SetEnvironmentVariable("SurfaceTestsSetting", "from the environment");
        var builder = FunctionsApplication.CreateBuilder([]);

        builder.ConfigureFunctionsWebApplication().ConfigureFunctionsWebApplication();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton("mine");
        using var host = builder.Build();

        Assert.Equal("from the environment", builder.Configuration["SurfaceTestsSetting"]);
        Assert.Equal(AppContext.BaseDirectory, builder.Environment.ContentRootPath);
        Assert.Equal("mine", host.Services.GetRequiredService<string>());
        var again = Assert.Throws<InvalidOperationException>(builder.Build);
        Assert.Equal("The application has already been built.", again.Message);
    }
}

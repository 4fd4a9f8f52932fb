using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker.Runtime;

/// <summary>What the official API does when it is called; its form is compared in OfficialSurface.</summary>
public sealed class SurfaceTests
{
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

using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Http;
using ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;
using ServerlessGateway.AzureSdk.FunctionsWorker.Timers;
using ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Hosting;

/// <summary>Makes the one process that is both the worker and its host.</summary>
internal static class WorkerHostBuilder
{
    /// <summary>What the host may need after the drain window, to close connections and to stop the app's own services.</summary>
    private static readonly TimeSpan StopAllowance = TimeSpan.FromSeconds(15);

    public static WebApplicationBuilder Create(string[] args)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddEnvironmentVariables()
            .AddCommandLine(args);
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Logging
            .AddConfiguration(builder.Configuration.GetSection("Logging"))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(console => console.SingleLine = true);
        return builder;
    }

    public static IHost Build(WebApplicationBuilder builder)
    {
        var settings = StandInSettings.Read(builder.Configuration);
        var catalog = FunctionCatalog.Discover(Assembly.GetEntryAssembly()!, builder.Configuration);
        AddRuntime(builder, settings, catalog);
        var app = builder.Build();
        MapRoutes(app, catalog);
        return app;
    }

    private static void AddRuntime(WebApplicationBuilder builder, StandInSettings settings, FunctionCatalog catalog)
    {
        var services = builder.Services;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, settings.HttpPort);
        });
        services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.DrainWindow + StopAllowance);
        services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton(catalog);
        services.AddSingleton(HostFile.Load(builder.Environment.ContentRootPath, builder.Configuration));
        services.AddSingleton<BindingExpressions>();
        services.AddSingleton<AccessKeys>();
        services.AddSingleton<InvocationTracker>();
        services.AddSingleton<FunctionRunner>();
        services.AddServiceBusListeners(catalog);
        services.AddTimerListeners(catalog);
        services.AddWebPubSubWebhook();
        services.AddSingleton<Drain>();
        services.AddSingleton<ReadyLine>();
        services.AddHostedService<ParentWatch>();
        services.AddHostedService<WorkerService>();
    }

    private static void MapRoutes(WebApplication app, FunctionCatalog catalog)
    {
        app.Use(CloseConnectionsWhileDraining(app.Services.GetRequiredService<Drain>()));
        app.UseForwardedHeaders();
        app.UseRouting();
        AdminEndpoints.Map(app, app.Services);
        if (catalog.With<HttpTriggerAttribute>().Any())
        {
            RequireHttpIntegration(app.Services);
            var endpoints = ActivatorUtilities.CreateInstance<HttpEndpoints>(app.Services);
            ((IEndpointRouteBuilder)app).DataSources.Add(endpoints);
        }

        if (catalog.With<WebPubSubTriggerAttribute>().Any())
        {
            WebhookEndpoint.Map(app, app.Services);
        }
    }

    private static void RequireHttpIntegration(IServiceProvider services)
    {
        if (services.GetService<HttpServices.HttpIntegration>() is null)
        {
            throw new InvalidOperationException(
                "HTTP functions that take an HttpRequest need ConfigureFunctionsWebApplication() on the builder.");
        }
    }

    /// <summary>A kept connection would bring new requests to a process that is about to end.</summary>
    private static Func<RequestDelegate, RequestDelegate> CloseConnectionsWhileDraining(Drain drain) => next => context =>
    {
        if (drain.State != DrainState.Disabled)
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    };
}

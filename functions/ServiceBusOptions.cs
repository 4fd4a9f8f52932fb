using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessGateway;

/// <summary>
/// Where Service Bus is and what its entities are called. The settings are shared with the triggers, so they have their
/// form: <c>ServiceBus</c> is a connection string, or <c>ServiceBus__fullyQualifiedNamespace</c> a name that is reached
/// with the process's own identity; triggers read names as <c>%IngressQueue%</c>.
/// </summary>
internal sealed class ServiceBusOptions
{
    /// <summary>The name of the setting, as triggers give it as their connection.</summary>
    public const string Connection = "ServiceBus";

    /// <summary>A secret.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>For example <c>NAME.servicebus.windows.net</c>.</summary>
    public string? FullyQualifiedNamespace { get; set; }

    /// <summary>The queue of publications. Default <c>ingress</c>.</summary>
    public string IngressQueue { get; set; } = "ingress";

    /// <summary>The topic that backends read. Default <c>events</c>.</summary>
    public string EventsTopic { get; set; } = "events";

    /// <summary>Binds and checks the settings at the start.</summary>
    public static void Register(IServiceCollection services) => services.AddOptions<ServiceBusOptions>()
        .Configure<IConfiguration>(static (options, configuration) =>
        {
            options.ConnectionString = configuration[Connection];
            options.FullyQualifiedNamespace = configuration[$"{Connection}:{nameof(FullyQualifiedNamespace)}"];
            options.IngressQueue = configuration[nameof(IngressQueue)] ?? options.IngressQueue;
            options.EventsTopic = configuration[nameof(EventsTopic)] ?? options.EventsTopic;
        })
        .Validate(
            options => string.IsNullOrEmpty(options.ConnectionString) != string.IsNullOrEmpty(options.FullyQualifiedNamespace),
            $"{Connection} or {Connection}:fullyQualifiedNamespace is missing; permitted: exactly one of the two.")
        .ValidateOnStart();
}

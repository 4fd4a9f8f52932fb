using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessGateway;

/// <summary>
/// Where Service Bus is. The setting is shared with the triggers, so it has their form: <c>ServiceBus</c> is a connection string, or
/// <c>ServiceBus__fullyQualifiedNamespace</c> a name that is reached with the process's own identity.
/// </summary>
internal sealed class ServiceBusOptions
{
    /// <summary>The name of the setting, as triggers give it as their connection.</summary>
    public const string Connection = "ServiceBus";

    /// <summary>The queue of publications.</summary>
    public const string Ingress = "ingress";

    /// <summary>The topic that backends read.</summary>
    public const string Events = "events";

    /// <summary>A secret.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>For example <c>NAME.servicebus.windows.net</c>.</summary>
    public string? FullyQualifiedNamespace { get; set; }

    /// <summary>Binds and checks the setting at the start.</summary>
    public static void Register(IServiceCollection services) => services.AddOptions<ServiceBusOptions>()
        .Configure<IConfiguration>(static (options, configuration) =>
        {
            options.ConnectionString = configuration[Connection];
            options.FullyQualifiedNamespace = configuration[$"{Connection}:{nameof(FullyQualifiedNamespace)}"];
        })
        .Validate(
            options => string.IsNullOrEmpty(options.ConnectionString) != string.IsNullOrEmpty(options.FullyQualifiedNamespace),
            $"{Connection} or {Connection}:fullyQualifiedNamespace is missing; permitted: exactly one of the two.")
        .ValidateOnStart();
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessGateway;

/// <summary>Settings of one capability, below the key <c>Gateway</c>.</summary>
internal interface IGatewayOptions
{
    /// <summary>The key of the section, <c>Gateway</c> or <c>Gateway:NAME</c>.</summary>
    static abstract string SectionName { get; }

    /// <summary>Reports every value that lies outside of its range, and every combination that can not work.</summary>
    void Validate(OptionsReport report);
}

/// <summary>The name of a section that some capability reads; what no capability reads fails the start.</summary>
internal sealed record KnownSection(string Name);

/// <summary>
/// Binds sections so that a wrong value or an unknown key ends the start with a message that says which.
/// </summary>
internal static class GatewaySection
{
    /// <summary>
    /// Binds a section, validates it at the start and makes its name known. Twice is the same as once.
    /// </summary>
    public static IServiceCollection AddGatewayOptions<TOptions>(this IServiceCollection services)
        where TOptions : class, IGatewayOptions, new()
    {
        if (services.Any(service => service.ServiceType == typeof(IValidateOptions<TOptions>)))
        {
            return services;
        }

        services.AddOptions<TOptions>()
            .Configure<IConfiguration>(static (options, configuration) => configuration.GetSection(TOptions.SectionName).Bind(options))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, Validator<TOptions>>();
        services.AddSingleton(new KnownSection(TOptions.SectionName));
        return services;
    }

    /// <summary>Makes names known that are bound elsewhere, <c>Gateway:NAME</c>.</summary>
    public static IServiceCollection AddKnownSections(this IServiceCollection services, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            services.AddSingleton(new KnownSection(name));
        }

        return services;
    }

    private sealed class Validator<TOptions>(IConfiguration configuration, IEnumerable<KnownSection> sections)
        : IValidateOptions<TOptions>
        where TOptions : class, IGatewayOptions
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var report = new OptionsReport(TOptions.SectionName);
            options.Validate(report);
            var properties = typeof(TOptions).GetProperties().Select(property => property.Name);
            var below = sections.Select(section => section.Name)
                .Where(section => section.StartsWith(TOptions.SectionName + ":", StringComparison.OrdinalIgnoreCase))
                .Select(section => section[(TOptions.SectionName.Length + 1)..].Split(':')[0]);
            report.UnknownKeys(configuration.GetSection(TOptions.SectionName), [.. properties, .. below]);
            return report.Result;
        }
    }
}

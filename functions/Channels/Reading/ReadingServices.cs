using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessGateway.Channels.Log;

namespace ServerlessGateway.Channels.Reading;

internal static class ReadingServices
{
    /// <summary>Registers the reading of channels; it needs an <see cref="IChannelLog"/>.</summary>
    public static IServiceCollection AddReading(this IServiceCollection services)
    {
        services.AddOptions<ReadingOptions>().BindConfiguration(ReadingOptions.SectionName, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddGatewayOptions<LogOptions>();
        services.TryAddSingleton<EpochFactory>();
        services.TryAddSingleton<CurrentHeads>();
        services.TryAddSingleton<HeadReads>();
        services.TryAddSingleton<SegmentCache>();
        services.TryAddSingleton<SegmentReads>();
        services.TryAddSingleton<IChannelReader, ChannelReader>();
        return services;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServerlessGateway.Channels.Reading;

internal static class ReadingServices
{
    /// <summary>Registers the reading of channels; it needs an <see cref="Log.IChannelLog"/>.</summary>
    public static IServiceCollection AddReading(this IServiceCollection services)
    {
        services.AddOptions<ReadingOptions>().BindConfiguration(ReadingOptions.SectionName, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<HeadReads>();
        services.TryAddSingleton<SegmentCache>();
        services.TryAddSingleton<SegmentReads>();
        services.TryAddSingleton<IChannelReader, ChannelReader>();
        return services;
    }
}

using System.Globalization;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Backend;

/// <summary>Reads what the sequencer sent to the topic.</summary>
internal static class EventReader
{
    /// <summary>The application property with the generation of the ingress sessions.</summary>
    public const string GenerationProperty = "generation";

    /// <summary>The application property with the number of shards.</summary>
    public const string ShardsProperty = "shards";

    /// <summary>The application property that an operator sets on an event sent again from the dead letters.</summary>
    public const string ResubmittedProperty = "resubmitted";

    /// <summary>Reads an event; null where it is none, which no repetition mends.</summary>
    public static (EventSource Source, GatewayNotice Event)? TryRead(ServiceBusReceivedMessage message)
    {
        var notice = RequestCodec.DecodeNotice(message.Body.ToMemory().Span);
        var (channel, epoch, last) = notice switch
        {
            MessagesFrame { Messages.Count: > 0 } frame => (frame.Channel, frame.Epoch, frame.Messages[^1].Offset),
            GapEvent gap => (gap.Channel, gap.Epoch, gap.Gap.To),
            _ => (null, string.Empty, 0L),
        };
        if (!ChannelName.TryParse(channel, out var name)
            || Number(message, GenerationProperty) is not { } generation
            || Number(message, ShardsProperty) is not (>= 1 and var shards))
        {
            return null;
        }

        var isResubmitted = message.ApplicationProperties.TryGetValue(ResubmittedProperty, out var value)
            && value is true;
        return (new EventSource(name, epoch, last, generation, shards, isResubmitted), notice!);
    }

    private static int? Number(ServiceBusReceivedMessage message, string property) =>
        message.ApplicationProperties.TryGetValue(property, out var value)
            && value is IConvertible number and not string
            ? number.ToInt32(CultureInfo.InvariantCulture)
            : null;
}

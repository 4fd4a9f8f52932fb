using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>Everything that a broker holds, as text that can be compared.</summary>
internal static class Dump
{
    internal static string Of(MessageBroker broker) => string.Join('\n', broker.Capture().Select(Of));

    internal static string Of(BrokerRecord record)
    {
        var buffer = new ByteBuffer(256);
        RecordCodec.Write(buffer, record);
        return $"{record.GetType().Name} {Convert.ToHexString(buffer.Written.Span)}";
    }
}

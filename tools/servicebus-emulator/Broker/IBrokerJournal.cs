namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// Where the broker writes what must survive. Without one (tests, simulation) everything counts as durable at once.
/// </summary>
public interface IBrokerJournal
{
}

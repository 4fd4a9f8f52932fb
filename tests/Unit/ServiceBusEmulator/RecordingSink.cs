using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>A sink that keeps what it was told, in order.</summary>
public sealed class RecordingSink : IDeliverySink
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<Delivery> Deliveries { get; } = [];

    public List<string> Events { get; } = [];

    /// <summary>Done when the first drain is answered.</summary>
    public Task Drained => _drained.Task;

    public BrokerError? ClosedWith { get; private set; }

    public MessageReceiver Receiver { get; private set; } = null!;

    public IEnumerable<string> Bodies => BrokerFixture.Bodies(Deliveries);

    public RecordingSink On(Func<IDeliverySink, BrokerResult<MessageReceiver>> open, int credit)
    {
        Receiver = open(this).Value;
        Receiver.AddCredit(credit);
        return this;
    }

    public void OnDelivery(Delivery delivery)
    {
        Deliveries.Add(delivery);
        Events.Add(BrokerFixture.Body(delivery));
    }

    public void OnDrained()
    {
        Events.Add("drained");
        _drained.TrySetResult();
    }

    public void OnClosed(BrokerError error)
    {
        ClosedWith = error;
        Events.Add("closed");
    }
}

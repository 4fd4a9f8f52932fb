using ServerlessGateway.Channels.Publishing;
using ServerlessGateway.Protocol;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.Simulation.Tests.Machine;

namespace ServerlessGateway.Simulation.Tests.World;

/// <summary>The queue as one process reaches it: the emulator's broker without a protocol. What is sent may arrive twice.</summary>
internal sealed class BrokerIngressQueue(MessageQueue queue, Chaos chaos, SimulatedProcess process) : IIngressQueue
{
    private const double Twice = 0.04;

    public Task<SendOutcome> SendAsync(string session, Envelope envelope, CancellationToken cancellationToken) => SendAsync(
        $"envelope {envelope.Id:N}",
        new BrokerMessage
        {
            Payload = EnvelopeCodec.Encode(envelope),
            MessageId = envelope.Id.ToString("N"),
            SessionId = session,
            Subject = Envelope.Subject,
        },
        cancellationToken);

    public Task<SendOutcome> SendAsync(string session, IngressTask task, TimeSpan delay, CancellationToken cancellationToken) => SendAsync(
        $"{task.Kind} {task.Target} {task.Turn}",
        new BrokerMessage
        {
            Payload = task.EncodeBody(),
            SessionId = session,
            Subject = task.Kind,
            ScheduledEnqueueTime = delay > TimeSpan.Zero ? process.Time.GetUtcNow() + delay : null,
        },
        cancellationToken);

    private Task<SendOutcome> SendAsync(string name, BrokerMessage message, CancellationToken cancellationToken) => chaos.CallAsync(
        process,
        name,
        async () =>
        {
            if (chaos.Happens(Twice))
            {
                return SendOutcome.Busy;
            }

            var error = await queue.SendAsync(chaos.Happens(Twice) ? [message, message] : [message]);
            return error is null ? SendOutcome.Accepted : throw new InvalidOperationException(error.Description);
        },
        () => SendOutcome.Unknown,
        cancellationToken);
}

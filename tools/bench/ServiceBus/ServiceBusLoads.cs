using System.Globalization;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.Bench.Harness;

namespace ServerlessGateway.Bench.ServiceBus;

/// <summary>What clients do to the emulator.</summary>
internal sealed class ServiceBusLoads(Clients clients)
{
    public const int SingleSenders = 64;

    /// <summary>As many as keep a connection busy while an acknowledgement is under way.</summary>
    public const int BatchSenders = 8;
    public const int BatchMessages = 100;

    /// <summary>What one Functions host takes on at once by default, on two hosts.</summary>
    public const int SessionWorkers = 16;

    /// <summary>An ordinary message; a batch of a hundred stays below the 256 KiB that a send may have.</summary>
    public const int BodyBytes = 1_024;

    private const int Sessions = 500;

    private static readonly BinaryData Body = new(new byte[BodyBytes]);

    private long _nextSession;

    /// <summary>Each sender sends one message and waits until it is accepted.</summary>
    public Func<LoadRecorder, CancellationToken, Task> Singles()
    {
        var senders = clients.Senders(EmulatorConfig.Singles, SingleSenders);
        return (recorder, cancellationToken) => Workers.RunAsync(
            SingleSenders,
            async worker =>
            {
                var began = recorder.Now;
                await senders[worker].SendMessageAsync(new ServiceBusMessage(Body), CancellationToken.None);
                recorder.Done(began);
            },
            cancellationToken);
    }

    /// <summary>Each sender sends a batch and waits until it is accepted.</summary>
    public Func<LoadRecorder, CancellationToken, Task> Batches()
    {
        var senders = clients.Senders(EmulatorConfig.Batches, BatchSenders);
        return (recorder, cancellationToken) => Workers.RunAsync(
            BatchSenders,
            async worker =>
            {
                var began = recorder.Now;
                await senders[worker].SendMessagesAsync(
                    Enumerable.Range(0, BatchMessages).Select(_ => new ServiceBusMessage(Body)), CancellationToken.None);
                recorder.Done(began, BatchMessages);
            },
            cancellationToken);
    }

    /// <summary>
    /// Each worker sends a message to some session, then accepts the next session that is free (this alone is timed),
    /// takes its message and lets the session go.
    /// </summary>
    public Func<LoadRecorder, CancellationToken, Task> Accepts()
    {
        var senders = clients.Senders(EmulatorConfig.Sessions, SessionWorkers);
        return (recorder, cancellationToken) => Workers.RunAsync(
            SessionWorkers,
            async worker =>
            {
                var session = Interlocked.Increment(ref _nextSession) % Sessions;
                var message = new ServiceBusMessage(Body) { SessionId = session.ToString(CultureInfo.InvariantCulture) };
                await senders[worker].SendMessageAsync(message, CancellationToken.None);
                var began = recorder.Now;
                var receiver = await clients.For(worker).AcceptNextSessionAsync(EmulatorConfig.Sessions);
                recorder.Done(began);
                await using (receiver)
                {
                    if (await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(1)) is { } received)
                    {
                        await receiver.CompleteMessageAsync(received);
                    }
                }
            },
            cancellationToken);
    }
}

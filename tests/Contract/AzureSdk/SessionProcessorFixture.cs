using System.Threading.Channels;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>A namespace, and processors of its session queue that are closed when the test is over.</summary>
public abstract class SessionProcessorFixture : IAsyncLifetime
{
    private readonly List<ServiceBusSessionProcessor> _processors = [];
    private ServiceBusNamespace? _namespace;

    private protected ServiceBusNamespace Namespace => _namespace!;

    private protected Channel<ProcessErrorEventArgs> Errors { get; } = Channel.CreateUnbounded<ProcessErrorEventArgs>();

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var processor in _processors)
        {
            await processor.CloseAsync();
        }

        await Namespace.DisposeAsync();
    }

    private protected static ServiceBusSessionProcessorOptions Options(
        bool autoComplete = false, int maxSessions = 2, TimeSpan? idle = null) => new()
        {
            AutoCompleteMessages = autoComplete,
            MaxConcurrentSessions = maxSessions,
            SessionIdleTimeout = idle,
        };

    private protected async Task<ServiceBusSessionProcessor> StartAsync(
        ServiceBusSessionProcessorOptions options,
        Func<ProcessSessionMessageEventArgs, Task> handler,
        Action<ServiceBusSessionProcessor>? more = null)
    {
        var processor = Namespace.Client().CreateSessionProcessor(ServiceBusNamespace.SessionQueue, options);
        processor.ProcessMessageAsync += handler;
        processor.ProcessErrorAsync += args => Errors.Writer.WriteAsync(args).AsTask();
        more?.Invoke(processor);
        _processors.Add(processor);
        await processor.StartProcessingAsync();
        return processor;
    }

    private protected async Task SendAsync(params (string Session, string Body)[] messages)
    {
        await using var sender = Namespace.Client().CreateSender(ServiceBusNamespace.SessionQueue);
        foreach (var (session, body) in messages)
        {
            await sender.SendMessageAsync(new ServiceBusMessage(body) { SessionId = session, MessageId = $"{session}-{body}" });
        }
    }

    private protected async Task<ServiceBusReceivedMessage?> PeekAsync() =>
        await Namespace.Client().CreateReceiver(ServiceBusNamespace.SessionQueue).PeekMessageAsync();

    private protected static async Task<List<T>> TakeAsync<T>(Channel<T> channel, int count)
    {
        var taken = new List<T>();
        while (taken.Count < count)
        {
            taken.Add(await channel.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang));
        }

        return taken;
    }
}

using System.Diagnostics;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Backend;

/// <summary>
/// Handles the sequenced messages of a gateway's channels and publishes answers: each channel in order and at least
/// once, channels side by side, and the answers to a message once, within the gateway's window of ten minutes for
/// duplicates.
/// </summary>
/// <remarks>
/// Service Bus carries the events: a subscription of the topic with this backend's name, with sessions required. A
/// message whose handler keeps failing blocks its channel, not others, until the subscription's delivery count moves it
/// to the dead letters. All members may be used from any thread.
/// </remarks>
public sealed class GatewayBackend : IAsyncDisposable
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HighestBackOff = TimeSpan.FromSeconds(10);

    private readonly GatewayBackendOptions _options;
    private readonly ServiceBusClient _client;
    private readonly ServiceBusSender _sender;
    private Func<BackendMessage, Answers, CancellationToken, ValueTask>? _onMessage;
    private Func<BackendGap, CancellationToken, ValueTask>? _onGap;
    private Action<Exception>? _onError;
    private Action? _onStarted;

    /// <summary>Makes a backend; nothing is received yet.</summary>
    /// <exception cref="ArgumentException">A setting is missing or out of its range; the message names it.</exception>
    public GatewayBackend(GatewayBackendOptions options)
    {
        options.Validate();
        _options = options;
        _client = options.ConnectionString is { } connectionString
            ? new ServiceBusClient(connectionString)
            : new ServiceBusClient(options.FullyQualifiedNamespace, options.Credential);
        _sender = _client.CreateSender(options.Queue);
    }

    /// <summary>
    /// Sets the handler of messages: the message, where to put answers, and a token that is cancelled when the backend
    /// stops. One, before <see cref="RunAsync"/>. When it throws the message comes again, after a back-off; its answers
    /// until then are dropped.
    /// </summary>
    public GatewayBackend OnMessage(Func<BackendMessage, Answers, CancellationToken, ValueTask> handler)
    {
        _onMessage = handler;
        return this;
    }

    /// <summary>Sets the handler of messages that can not be had. Without one a gap is passed over.</summary>
    public GatewayBackend OnGap(Func<BackendGap, CancellationToken, ValueTask> handler)
    {
        _onGap = handler;
        return this;
    }

    /// <summary>
    /// Sets who hears of failures that are repeated: of handlers, and of Service Bus. Without one they go to the trace
    /// listeners.
    /// </summary>
    public GatewayBackend OnError(Action<Exception> handler)
    {
        _onError = handler;
        return this;
    }

    /// <summary>Sets who hears that receiving has begun.</summary>
    public GatewayBackend OnStarted(Action handler)
    {
        _onStarted = handler;
        return this;
    }

    /// <summary>Receives until it is cancelled, and then waits for the handlers in hand.</summary>
    /// <param name="cancellationToken">Ends the run; the task then completes normally.</param>
    /// <exception cref="InvalidOperationException"><see cref="OnMessage"/> was not called.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var onMessage = _onMessage
            ?? throw new InvalidOperationException("Set a handler by OnMessage before RunAsync.");
        var handling = new EventHandling(_options.Name, onMessage, _onGap);
        var processor = _client.CreateSessionProcessor(
            _options.Topic, _options.Name, new ServiceBusSessionProcessorOptions
            {
                AutoCompleteMessages = false,
                MaxConcurrentCallsPerSession = 1,
                MaxConcurrentSessions = _options.MaxConcurrentChannels,
                SessionIdleTimeout = _options.ChannelIdleTimeout,
                MaxAutoLockRenewalDuration = Timeout.InfiniteTimeSpan,
            });
        await using (processor.ConfigureAwait(false))
        {
            processor.ProcessMessageAsync += args => ProcessAsync(handling, args);
            processor.ProcessErrorAsync += args =>
            {
                Report(args.Exception);
                return Task.CompletedTask;
            };
            await processor.StartProcessingAsync(cancellationToken).ConfigureAwait(false);
            _onStarted?.Invoke();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await processor.StopProcessingAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connections to Service Bus.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ProcessAsync(EventHandling handling, ProcessSessionMessageEventArgs args)
    {
        if (EventReader.TryRead(args.Message) is not var (source, notice))
        {
            await args.DeadLetterMessageAsync(
                args.Message, "unreadable_event",
                "Not an event of the gateway, or of a version that this backend does not read.",
                args.CancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            var answers = await handling.HandleAsync(source, notice, args.CancellationToken).ConfigureAwait(false);
            foreach (var answer in answers)
            {
                await SendAsync(answer, args.CancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (args.CancellationToken.IsCancellationRequested)
        {
            // Stopping: left unsettled, the event goes to whoever takes the session next.
            return;
        }
        catch (Exception exception)
        {
            Report(exception);
            await WaitAsync(args.Message.DeliveryCount, args.CancellationToken).ConfigureAwait(false);
            await args.AbandonMessageAsync(args.Message, null, args.CancellationToken).ConfigureAwait(false);
            return;
        }

        await args.CompleteMessageAsync(args.Message, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends until it is known to be taken: a queue that is down is not the event's fault, and must not use up its
    /// delivery count. The same envelope twice is known by its id.
    /// </summary>
    private async Task SendAsync(ServiceBusMessage answer, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _sender.SendMessageAsync(answer, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ServiceBusException exception) when (exception.IsTransient)
            {
                Report(exception);
                await WaitAsync(attempt, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static Task WaitAsync(int attempt, CancellationToken cancellationToken)
    {
        var wait = FirstBackOff * Math.Pow(2, Math.Clamp(attempt - 1, 0, 10));
        return Task.Delay(wait < HighestBackOff ? wait : HighestBackOff, cancellationToken);
    }

    private void Report(Exception exception)
    {
        if (_onError is { } handler)
        {
            handler(exception);
        }
        else
        {
            Trace.TraceWarning($"Backend {_options.Name}: {exception}");
        }
    }
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using ServerlessGateway.Client.Core;
using ServerlessGateway.Protocol;

namespace ServerlessGateway.Client.Shell;

/// <summary>
/// Drives the core: one task takes inputs out of one mailbox, hands them to the core, and does what the core wants.
/// Everything that takes time runs beside it and reports by an input; <see cref="Completion"/> waits for all of it.
/// </summary>
internal sealed class ClientPump : IAsyncDisposable
{
    /// <summary>Full, it makes callers and sockets wait; the pump itself never waits for either.</summary>
    private const int MaxWaitingInputs = 4096;

    private readonly ClientCore _core;
    private readonly Lock _coreLock = new();
    private readonly GatewayClientOptions _options;
    private readonly IPumpListener _listener;
    private readonly Negotiator _negotiator;
    private readonly SleepAwareClock _clock;
    private readonly ITimer _timer;
    private readonly Channel<CoreInput> _mailbox = Channel.CreateBounded<CoreInput>(
        new BoundedChannelOptions(MaxWaitingInputs) { SingleReader = true });

    private readonly Dictionary<int, AttemptLink> _links = [];
    private readonly ConcurrentDictionary<Task, bool> _running = [];

    public ClientPump(GatewayClientOptions options, string publisher, IPumpListener listener)
    {
        _options = options;
        _listener = listener;
        _core = new ClientCore(CoreOptions.Of(options), publisher, Random.Shared);
        _negotiator = new Negotiator(options);
        _clock = new SleepAwareClock(options.TimeProvider);
        _timer = options.TimeProvider.CreateTimer(
            _ => _mailbox.Writer.TryWrite(new Tick()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the client is closed and nothing of it runs any more.</summary>
    public Task Completion { get; }

    /// <summary>Hands an input to the core; false where the client has ended.</summary>
    public async ValueTask<bool> PostAsync(CoreInput input, CancellationToken cancellationToken = default)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(input, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Reads the core's state; short, since the pump waits meanwhile.</summary>
    public T Read<T>(Func<ClientCore, T> read)
    {
        lock (_coreLock)
        {
            return read(_core);
        }
    }

    /// <summary>Ends the client in order.</summary>
    public async ValueTask DisposeAsync()
    {
        await PostAsync(new CloseCommand()).ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
        _negotiator.Dispose();
    }

    private async Task RunAsync()
    {
        Exception? fault = null;
        try
        {
            await StepUntilClosedAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A bug of this library: whoever waits learns of it instead of waiting for ever.
            fault = exception;
            _mailbox.Writer.TryComplete();
            _links.Values.ToList().ForEach(link => link.Close(_options.TimeProvider));
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        _listener.Ended(fault);
        while (!_running.IsEmpty)
        {
            await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        }
    }

    private async Task StepUntilClosedAsync()
    {
        var outputs = new List<CoreOutput>();
        while (_core.State != ConnectionState.Closed)
        {
            var input = await _mailbox.Reader.ReadAsync().ConfigureAwait(false);
            Step(input, outputs);
        }

        _mailbox.Writer.Complete();
        while (_mailbox.Reader.TryRead(out var late))
        {
            Step(late, outputs);
        }
    }

    private void Step(CoreInput input, List<CoreOutput> outputs)
    {
        outputs.Clear();
        TimeSpan? due;
        var now = _clock.Now();
        lock (_coreLock)
        {
            _core.Handle(now, input, outputs);
            due = _core.NextDue;
        }

        foreach (var output in outputs)
        {
            Perform(output);
        }

        // Late by up to a millisecond, since timers are that coarse and one that fires early would fire again at once.
        var wait = due is { } time
            ? TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((time - now).TotalMilliseconds)))
            : Timeout.InfiniteTimeSpan;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Perform(CoreOutput output)
    {
        switch (output)
        {
            case NegotiateEffect effect:
                var link = new AttemptLink(effect.Attempt);
                _links[effect.Attempt] = link;
                Start(NegotiateAsync(link, effect.Request));
                break;
            case OpenSocketEffect effect when _links.TryGetValue(effect.Attempt, out var open):
                Start(OpenAsync(open, effect));
                break;
            case SendFrameEffect effect when _links.TryGetValue(effect.Attempt, out var open):
                if (!open.TrySend(effect.Utf8))
                {
                    Start(PostAsync(new SocketClosed(effect.Attempt, "the send buffer is full")).AsTask());
                }

                break;
            case CloseSocketEffect effect when _links.Remove(effect.Attempt, out var open):
                open.Close(_options.TimeProvider);
                break;
            default:
                _listener.Notify(output);
                break;
        }
    }

    /// <summary>The task is awaited at the end; it reports its own failures.</summary>
    private void Start(Task task)
    {
        _running.TryAdd(task, true);
        task.ContinueWith(
            (ended, _) => _running.TryRemove(ended, out bool _),
            null,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task NegotiateAsync(AttemptLink link, NegotiateRequest request)
    {
        await Task.Yield();
        try
        {
            var (answer, error) = await _negotiator.AskAsync(request, link.Aborted).ConfigureAwait(false);
            await PostAsync(answer is not null
                ? new Negotiated(link.Attempt, answer)
                : new AttemptFailed(link.Attempt, error!)).ConfigureAwait(false);
        }
        catch (Exception) when (link.Aborted.IsCancellationRequested)
        {
            // The core has given the attempt up and wants to hear no more of it; an HTTP client of the application may end
            // with an exception of its own then.
            link.Dispose();
        }
    }

    private async Task OpenAsync(AttemptLink link, OpenSocketEffect effect)
    {
        await Task.Yield();
        try
        {
            var reason = await link.RunAsync(
                effect.Url, effect.Protocol,
                async frame => await PostAsync(new FrameReceived(link.Attempt, frame)).ConfigureAwait(false))
                .ConfigureAwait(false);
            await PostAsync(new SocketClosed(link.Attempt, reason)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whatever it is, the core knows what it means: an attempt that was not greeted has failed, a connection is
            // lost.
            await PostAsync(new SocketClosed(link.Attempt, exception.Message)).ConfigureAwait(false);
        }
        finally
        {
            link.Dispose();
        }
    }
}

namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>
/// A receiver that is asked instead of called: for callers within the process (tests, simulation) that have no
/// link with credit.
/// </summary>
public sealed class PullReceiver
{
    private readonly Lock _gate = new();
    private readonly Queue<Delivery> _buffer = new();
    private readonly BrokerKernel _kernel;
    private MessageReceiver? _receiver;
    private TaskCompletionSource? _signal;
    private BrokerError? _ended;

    private PullReceiver(BrokerKernel kernel) => _kernel = kernel;

    /// <summary>Opens a receiver of a queue without sessions.</summary>
    public static BrokerResult<PullReceiver> Open(MessageQueue queue, ReceiveMode mode)
    {
        var pull = new PullReceiver(queue.Kernel);
        return pull.Use(queue.OpenReceiver(mode, new Sink(pull)));
    }

    /// <summary>Opens the receiver of a session held.</summary>
    public static BrokerResult<PullReceiver> Open(SessionLease lease, ReceiveMode mode)
    {
        var pull = new PullReceiver(lease.Kernel);
        return pull.Use(lease.OpenReceiver(mode, new Sink(pull)));
    }

    /// <summary>
    /// Receives at least one and up to <paramref name="maxCount"/> messages: what is there at once, else the first
    /// that comes within <paramref name="maxWait"/>; an empty list when none came. One call at a time. Cancellation
    /// answers OperationCancelled, it does not throw.
    /// </summary>
    public async Task<BrokerResult<IReadOnlyList<Delivery>>> ReceiveAsync(
        int maxCount, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_signal is not null)
            {
                throw new InvalidOperationException("A pull receiver takes one call at a time.");
            }

            _signal = signal;
        }

        if (Buffered < maxCount)
        {
            _receiver!.AddCredit(maxCount - Buffered);
        }

        var isCancelled = Buffered == 0 && maxWait > TimeSpan.Zero && !await WaitAsync(signal, maxWait, cancellationToken);
        _receiver!.SetDeliveryLimit(0);
        return Take(maxCount, isCancelled);
    }

    /// <summary>Ends the receiver; a call under way ends with OperationCancelled.</summary>
    public void Close()
    {
        _receiver!.Close();
        End(new BrokerError(BrokerErrorCode.OperationCancelled, "The receiver was closed."));
    }

    private int Buffered
    {
        get
        {
            lock (_gate)
            {
                return _buffer.Count;
            }
        }
    }

    private BrokerResult<PullReceiver> Use(BrokerResult<MessageReceiver> opened)
    {
        if (!opened.IsSuccess)
        {
            return opened.Error;
        }

        _receiver = opened.Value;
        return this;
    }

    /// <summary>False when the caller cancelled; otherwise something came, or the time is over.</summary>
    private async Task<bool> WaitAsync(
        TaskCompletionSource signal, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        Deadline deadline;
        using (_kernel.Enter())
        {
            deadline = _kernel.At(_kernel.After(maxWait), static state => ((TaskCompletionSource)state).TrySetResult(), signal);
        }

        using var registration = cancellationToken.Register(() => signal.TrySetResult());
        if (Volatile.Read(ref _ended) is null)
        {
            await signal.Task;
        }

        using (_kernel.Enter())
        {
            _kernel.Cancel(deadline);
        }

        return !cancellationToken.IsCancellationRequested;
    }

    private BrokerResult<IReadOnlyList<Delivery>> Take(int maxCount, bool isCancelled)
    {
        lock (_gate)
        {
            _signal = null;
            var taken = new List<Delivery>();
            while (taken.Count < maxCount && _buffer.TryDequeue(out var delivery))
            {
                taken.Add(delivery);
            }

            if (taken.Count > 0)
            {
                return taken;
            }

            return _ended is not null ? _ended
                : isCancelled ? new BrokerError(BrokerErrorCode.OperationCancelled, "The caller gave up.")
                : taken;
        }
    }

    private void Deliver(Delivery delivery)
    {
        lock (_gate)
        {
            _buffer.Enqueue(delivery);
            _signal?.TrySetResult();
        }
    }

    private void End(BrokerError reason)
    {
        lock (_gate)
        {
            _ended ??= reason;
            _signal?.TrySetResult();
        }
    }

    private sealed class Sink(PullReceiver pull) : IDeliverySink
    {
        public void OnDelivery(Delivery delivery) => pull.Deliver(delivery);

        public void OnDrained()
        {
            // Never asked for: the grant is taken back by its limit.
        }

        public void OnClosed(BrokerError error) => pull.End(error);
    }
}

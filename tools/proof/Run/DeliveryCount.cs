namespace ServerlessGateway.Proof.Run;

/// <summary>
/// Counts what is owed and what was handed on, only to know when waiting can end: the verdict is the judge's, from the histories.
/// </summary>
internal sealed class DeliveryCount(RunOptions options)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _owed;
    private int _delivered;
    private bool _closed;

    public int Total => Volatile.Read(ref _delivered);

    public void Deliver() => Change(() => _delivered++);

    /// <summary>A publication was accepted: each subscriber of its channel, and of the answers to it, is owed one.</summary>
    public void Owe(string channel, int subscribers, Func<int, IReadOnlyList<string>> channelsOf)
    {
        var owed = Enumerable.Range(0, subscribers).Sum(index => channelsOf(index)
            .Count(held => held == channel || options.Answers.GetValueOrDefault(held) == channel));
        Change(() => _owed += owed);
    }

    public void NothingMore() => Change(() => _closed = true);

    /// <summary>False where something owed is still missing after that time.</summary>
    public async Task<bool> CompleteWithinAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await _complete.Task.WaitAsync(time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            if (_closed && _delivered >= _owed)
            {
                _complete.TrySetResult();
            }
        }
    }
}

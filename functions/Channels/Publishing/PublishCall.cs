using ServerlessGateway.Protocol;

namespace ServerlessGateway.Channels.Publishing;

/// <summary>One publish request while its items wait. The first answer to an item stands.</summary>
internal sealed class PublishCall(int count)
{
    private readonly PublishItemAnswer?[] _answers = new PublishItemAnswer?[count];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _open = count;

    /// <summary>Completes when every item is answered, in the context in which it was asked for: whoever waits with a limit stays there too.</summary>
    public async Task WaitAsync() => await _done.Task;

    /// <summary>Answers an item, unless it is answered already.</summary>
    public void Answer(int index, PublishItemAnswer answer)
    {
        lock (_lock)
        {
            if (_answers[index] is not null)
            {
                return;
            }

            _answers[index] = answer;
            if (--_open > 0)
            {
                return;
            }
        }

        _done.TrySetResult();
    }

    /// <summary>True once the item is answered.</summary>
    public bool IsAnswered(int index)
    {
        lock (_lock)
        {
            return _answers[index] is not null;
        }
    }

    /// <summary>The answers, after <see cref="WaitAsync"/>.</summary>
    public IReadOnlyList<PublishItemAnswer> Answers => _answers!;
}

/// <summary>A publication that waits for its envelope.</summary>
/// <param name="Call">The request it belongs to.</param>
/// <param name="Index">Its place in that request.</param>
/// <param name="Publication">What is to be sent.</param>
internal sealed record WaitingItem(PublishCall Call, int Index, Publication Publication)
{
    /// <summary>What it counts against the bound of waiting bytes.</summary>
    public int Bytes { get; } = EnvelopeCodec.SizeOf(Publication);
}

using System.Buffers;
using Amqp.Types;

namespace ServerlessGateway.AzureSdk.ServiceBus.Wire;

/// <summary>
/// Gathers frames while a write is under way and then writes all that gathered at once. Frames leave in the order in
/// which they were added. Those that carry messages wait for room first, so what gathers is bounded by
/// <see cref="CongestedBytes"/> and one delivery per link.
/// </summary>
internal sealed class FrameWriter(Stream stream, Lock gate)
{
    private const int CongestedBytes = 1024 * 1024;

    private readonly Change _changed = new();
    private ArrayBufferWriter<byte> _gathering = new();
    private ArrayBufferWriter<byte> _writing = new();
    private bool _completed;

    /// <summary>Whether something was written since this was last asked; the keep-alive needs to know.</summary>
    public bool WroteSinceAsked
    {
        get => Interlocked.Exchange(ref field, false);
        private set;
    }

    /// <summary>Adds a frame; the caller holds the lock, so order on the wire is the order of the state.</summary>
    public void AddLocked(ushort channel, Described? performative, ReadOnlySpan<byte> payload = default)
    {
        FrameCodec.Write(_gathering, FrameCodec.Amqp, channel, performative, payload);
        _changed.Signal();
    }

    /// <summary>Ends the writing once all that gathered has left.</summary>
    public void CompleteLocked()
    {
        _completed = true;
        _changed.Signal();
    }

    public async Task RoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (gate)
            {
                if (_gathering.WrittenCount < CongestedBytes || _completed)
                {
                    return;
                }

                changed = _changed.Next;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task? changed = null;
            lock (gate)
            {
                if (_gathering.WrittenCount > 0)
                {
                    (_gathering, _writing) = (_writing, _gathering);
                    _changed.Signal();
                }
                else if (_completed)
                {
                    return;
                }
                else
                {
                    changed = _changed.Next;
                }
            }

            if (changed is not null)
            {
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            await stream.WriteAsync(_writing.WrittenMemory, cancellationToken).ConfigureAwait(false);
            _writing.ResetWrittenCount();
            WroteSinceAsked = true;
        }
    }
}

using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>A journal that holds everything back until it is told to let go.</summary>
internal sealed class HeldJournal : IBrokerJournal, IDisposable
{
    private readonly SemaphoreSlim _appended = new(0);
    private IJournalObserver _observer = null!;
    private long _position;
    private long _durable;

    public bool IsBusy => false;

    /// <summary>Operations taken and not let go.</summary>
    public long Held => Volatile.Read(ref _position) - Volatile.Read(ref _durable);

    public bool WantsSnapshot(long heldBytes) => false;

    public void Attach(IJournalObserver observer) => _observer = observer;

    public long Append(IReadOnlyList<BrokerRecord> operation)
    {
        var position = Interlocked.Increment(ref _position);
        _appended.Release();
        return position;
    }

    public void BeginSnapshot(IReadOnlyList<BrokerRecord> state) =>
        throw new InvalidOperationException("No snapshot was wanted.");

    /// <summary>Waits for so many more operations.</summary>
    public async Task AppendedAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(await _appended.WaitAsync(EmulatorFixture.Patience), $"Only {i} of {count} operations came.");
        }
    }

    /// <summary>All of it is on the disk now.</summary>
    public void Release()
    {
        var position = Volatile.Read(ref _position);
        Volatile.Write(ref _durable, position);
        _observer.OnDurable(position);
    }

    public void Break() => _observer.OnFailed(new IOException("The disk is full."));

    public void Dispose() => _appended.Dispose();
}

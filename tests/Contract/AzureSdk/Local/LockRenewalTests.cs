using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using ServerlessGateway.AzureSdk.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk.Local;

/// <summary>A processor renews the lock of a session from the accept on, for as long as its options say.</summary>
public sealed class LockRenewalTests : IAsyncLifetime
{
    /// <summary>A lock of thirty seconds is renewed ten seconds before it ends.</summary>
    private static readonly TimeSpan RenewIn = TimeSpan.FromSeconds(20);

    /// <summary>Whole seconds: the protocol's times have milliseconds, and waits must come out exact.</summary>
    private readonly ArmedTimeProvider _time = new(
        DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
    private readonly Channel<ProcessErrorEventArgs> _errors = Channel.CreateUnbounded<ProcessErrorEventArgs>();
    private readonly Channel<ProcessSessionMessageEventArgs> _begun = Channel.CreateUnbounded<ProcessSessionMessageEventArgs>();
    private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServiceBusNamespace _namespace = null!;
    private ServiceBusClient _client = null!;
    private ServiceBusSessionProcessor _processor = null!;

    public async Task InitializeAsync()
    {
        _namespace = await ServiceBusNamespace.StartAsync(_time);
        _client = _namespace.Own(
            new ServiceBusClient(ClientCore.FromConnectionString(_namespace.ConnectionString, null, _time)));
        await using var sender = _client.CreateSender(ServiceBusNamespace.SessionQueue);
        await sender.SendMessageAsync(new ServiceBusMessage { SessionId = "a" });
    }

    public async Task DisposeAsync()
    {
        _finish.TrySetResult();
        await _processor.CloseAsync();
        await _namespace.DisposeAsync();
    }

    [Fact]
    public async Task A_handler_may_take_longer_than_the_lock()
    {
        await StartAsync(TimeSpan.FromMinutes(5));
        var args = await _begun.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);
        var lockedUntil = args.SessionLockedUntil;
        await _time.ArmedAsync(RenewIn);

        await RenewedAsync();
        await RenewedAsync();
        await args.CompleteMessageAsync(args.Message);

        Assert.True(args.SessionLockedUntil >= lockedUntil + TimeSpan.FromSeconds(40));
        Assert.False(_errors.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Renewal_ends_with_its_longest_time_and_the_lock_is_lost()
    {
        await StartAsync(TimeSpan.FromSeconds(30));
        var args = await _begun.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);
        await _time.ArmedAsync(RenewIn);

        await RenewedAsync();
        _time.Advance(TimeSpan.FromSeconds(31));

        var failure = await Assert.ThrowsAsync<ServiceBusException>(() => args.CompleteMessageAsync(args.Message));
        Assert.Equal(ServiceBusFailureReason.SessionLockLost, failure.Reason);
    }

    [Fact]
    public async Task Without_renewal_the_lock_ends_and_the_next_holder_gets_the_message()
    {
        await StartAsync(TimeSpan.Zero);
        var args = await _begun.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);

        _time.Advance(TimeSpan.FromSeconds(31));
        await using var next = await _client.AcceptSessionAsync(ServiceBusNamespace.SessionQueue, "a");
        var message = await next.ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.Equal(args.Message.SequenceNumber, message.SequenceNumber);
        Assert.Equal(2, message.DeliveryCount);
    }

    [Fact]
    public async Task A_stopping_processor_goes_on_renewing_for_the_handler_that_runs()
    {
        var processor = await StartAsync(TimeSpan.FromMinutes(5));
        var args = await _begun.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);

        await _time.ArmedAsync(RenewIn);
        var stopping = processor.StopProcessingAsync();
        await RenewedAsync();
        await RenewedAsync();
        await args.CompleteMessageAsync(args.Message);
        Assert.False(stopping.IsCompleted);
        _finish.SetResult();

        await stopping.WaitAsync(ServiceBusNamespace.Hang);
    }

    private async Task<ServiceBusSessionProcessor> StartAsync(TimeSpan renewal)
    {
        var processor = _processor = _client.CreateSessionProcessor(
            ServiceBusNamespace.SessionQueue,
            new ServiceBusSessionProcessorOptions
            {
                AutoCompleteMessages = false,
                MaxConcurrentSessions = 1,
                MaxAutoLockRenewalDuration = renewal,
            });
        processor.ProcessErrorAsync += args => _errors.Writer.WriteAsync(args).AsTask();
        processor.ProcessMessageAsync += async args =>
        {
            await _begun.Writer.WriteAsync(args);
            await _finish.Task;
        };
        await processor.StartProcessingAsync();
        return processor;
    }

    /// <summary>Lets the renewal come due, and waits until it is done: then the processor waits for the next.</summary>
    private async Task RenewedAsync()
    {
        _time.Advance(RenewIn);
        await _time.ArmedAsync(RenewIn);
    }
}

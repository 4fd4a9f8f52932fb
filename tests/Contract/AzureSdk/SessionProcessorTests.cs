using System.Threading.Channels;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

public sealed class SessionProcessorTests : IAsyncLifetime
{
    private readonly Channel<ProcessErrorEventArgs> _errors = Channel.CreateUnbounded<ProcessErrorEventArgs>();
    private readonly List<ServiceBusSessionProcessor> _processors = [];
    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var processor in _processors)
        {
            await processor.CloseAsync();
        }

        await _namespace.DisposeAsync();
    }

    [Fact]
    public async Task Messages_of_a_session_are_handled_in_order_one_at_a_time()
    {
        var handled = Channel.CreateUnbounded<string>();
        var running = 0;
        await SendAsync([.. Enumerable.Range(0, 20).Select(index => ("a", $"{index}"))]);

        await StartAsync(Options(), async args =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await handled.Writer.WriteAsync(args.Message.Body.ToString());
            Interlocked.Decrement(ref running);
        });
        var bodies = await TakeAsync(handled, 20);

        Assert.Equal(Enumerable.Range(0, 20).Select(index => $"{index}"), bodies);
        Assert.False(_errors.Reader.TryRead(out _));
    }

    [Fact]
    public async Task As_many_sessions_as_told_are_handled_side_by_side_and_the_next_waits()
    {
        var begun = Channel.CreateUnbounded<ProcessSessionMessageEventArgs>();
        var release = new SemaphoreSlim(0);
        await SendAsync(("a", "1"), ("b", "1"), ("c", "1"));
        await StartAsync(
            Options(maxSessions: 2, idle: TimeSpan.FromMilliseconds(50)),
            async args =>
            {
                await begun.Writer.WriteAsync(args);
                await release.WaitAsync();
            });

        var first = await TakeAsync(begun, 2);
        Assert.False(begun.Reader.TryRead(out _));
        release.Release(1);
        var third = await begun.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);
        release.Release(2);

        Assert.Equal(["a", "b", "c"], first.Append(third).Select(args => args.SessionId).Order());
    }

    [Fact]
    public async Task A_message_is_completed_when_its_handler_returns()
    {
        var handled = Channel.CreateUnbounded<string>();
        await SendAsync(("a", "1"));
        var processor = await StartAsync(
            Options(autoComplete: true), args => handled.Writer.WriteAsync(args.Message.MessageId).AsTask());

        await TakeAsync(handled, 1);
        await processor.StopProcessingAsync();

        Assert.Null(await PeekAsync());
    }

    [Fact]
    public async Task What_the_handler_settled_is_not_completed_again()
    {
        var handled = Channel.CreateUnbounded<string>();
        await SendAsync(("a", "1"));
        var processor = await StartAsync(Options(autoComplete: true), async args =>
        {
            await args.DeadLetterMessageAsync(args.Message);
            await handled.Writer.WriteAsync(args.SessionId);
        });

        await TakeAsync(handled, 1);
        await processor.StopProcessingAsync();

        Assert.False(_errors.Reader.TryRead(out _));
        Assert.Null(await PeekAsync());
    }

    [Fact]
    public async Task A_handler_that_throws_is_told_of_and_its_message_comes_back()
    {
        var counts = Channel.CreateUnbounded<int>();
        await SendAsync(("a", "1"));
        await StartAsync(Options(), async args =>
        {
            await counts.Writer.WriteAsync(args.Message.DeliveryCount);
            if (args.Message.DeliveryCount == 1)
            {
                throw new FormatException("planted");
            }

            await args.CompleteMessageAsync(args.Message);
        });

        Assert.Equal([1, 2], await TakeAsync(counts, 2));
        var error = await _errors.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);
        Assert.IsType<FormatException>(error.Exception);
        Assert.Equal(ServiceBusErrorSource.ProcessMessageCallback, error.ErrorSource);
        Assert.Equal(ServiceBusNamespace.SessionQueue, error.EntityPath);
        Assert.Equal("127.0.0.1", error.FullyQualifiedNamespace);
    }

    [Fact]
    public async Task An_unsettled_message_does_not_hold_up_the_next_one()
    {
        var handled = Channel.CreateUnbounded<string>();
        await SendAsync(("a", "1"), ("a", "2"));
        await StartAsync(Options(), args => handled.Writer.WriteAsync(args.Message.Body.ToString()).AsTask());

        Assert.Equal(["1", "2"], await TakeAsync(handled, 2));
    }

    [Fact]
    public async Task A_released_session_gives_its_unsettled_message_to_the_next_holder_uncounted()
    {
        var handled = Channel.CreateUnbounded<(string Body, int Count, bool Cancelled)>();
        var released = 0;
        await SendAsync(("a", "1"), ("a", "2"));
        await StartAsync(Options(), async args =>
        {
            if (Interlocked.Increment(ref released) == 1)
            {
                args.ReleaseSession();
            }
            else
            {
                await args.CompleteMessageAsync(args.Message);
            }

            await handled.Writer.WriteAsync(
                (args.Message.Body.ToString(), args.Message.DeliveryCount, args.CancellationToken.IsCancellationRequested));
        });

        Assert.Equal([("1", 1, true), ("1", 1, false), ("2", 1, false)], await TakeAsync(handled, 3));
    }

    [Fact]
    public async Task Stopping_cancels_the_handler_waits_for_it_and_lets_its_settlement_through()
    {
        var begun = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var finish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(("a", "1"));
        var processor = await StartAsync(Options(), async args =>
        {
            begun.SetResult(args.CancellationToken);
            await finish.Task;
            await args.CompleteMessageAsync(args.Message, CancellationToken.None);
        });
        var token = await begun.Task.WaitAsync(ServiceBusNamespace.Hang);

        var stopping = processor.StopProcessingAsync();
        Assert.True(token.IsCancellationRequested);
        Assert.False(stopping.IsCompleted);
        finish.SetResult();
        await stopping;

        Assert.False(processor.IsProcessing);
        Assert.Null(await PeekAsync());
    }

    [Fact]
    public async Task A_processor_starts_again_after_it_was_stopped()
    {
        var handled = Channel.CreateUnbounded<string>();
        var processor = await StartAsync(
            Options(autoComplete: true), args => handled.Writer.WriteAsync(args.Message.Body.ToString()).AsTask());
        await processor.StopProcessingAsync();

        await SendAsync(("a", "1"));
        await processor.StartProcessingAsync();

        Assert.Equal(["1"], await TakeAsync(handled, 1));
        Assert.True(processor.IsProcessing);
    }

    [Fact]
    public async Task Sessions_are_told_when_they_begin_and_end()
    {
        var told = Channel.CreateUnbounded<string>();
        await SendAsync(("a", "1"));
        await StartAsync(
            Options(autoComplete: true, idle: TimeSpan.FromMilliseconds(50)),
            args => told.Writer.WriteAsync($"message {args.SessionId}").AsTask(),
            processor =>
            {
                processor.SessionInitializingAsync += args => told.Writer.WriteAsync($"begin {args.SessionId}").AsTask();
                processor.SessionClosingAsync += args => told.Writer.WriteAsync($"end {args.SessionId}").AsTask();
            });

        Assert.Equal(["begin a", "message a", "end a"], await TakeAsync(told, 3));
    }

    [Fact]
    public async Task A_processor_goes_on_after_its_connection_was_cut()
    {
        var handled = Channel.CreateUnbounded<string>();
        await SendAsync(("a", "1"));
        await StartAsync(
            Options(autoComplete: true), args => handled.Writer.WriteAsync(args.Message.Body.ToString()).AsTask());
        Assert.Equal(["1"], await TakeAsync(handled, 1));

        _namespace.Proxy.Cut(refuseNew: true);
        var error = await _errors.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);
        _namespace.Proxy.Heal();
        await SendAsync(("b", "2"));

        // The completion of the first may have been under way when the connection was cut: then it comes again.
        Assert.IsType<ServiceBusException>(error.Exception);
        while (await TakeAsync(handled, 1) is ["1"])
        {
        }

        Assert.Equal(0, handled.Reader.Count);
    }

    [Fact]
    public async Task State_and_lock_of_the_session_are_at_hand_in_the_handler()
    {
        var states = Channel.CreateUnbounded<string?>();
        await SendAsync(("a", "1"), ("a", "2"));
        await StartAsync(Options(autoComplete: true), async args =>
        {
            var before = args.SessionLockedUntil;
            var state = await args.GetSessionStateAsync();
            await args.SetSessionStateAsync(BinaryData.FromString($"after {args.Message.Body}"));
            await args.RenewSessionLockAsync();
            Assert.True(args.SessionLockedUntil >= before);
            await states.Writer.WriteAsync(state?.ToString());
        });

        Assert.Equal([null, "after 1"], await TakeAsync(states, 2));
        Assert.False(_errors.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Both_handlers_are_needed_and_each_is_set_once_and_not_while_it_runs()
    {
        var processor = _namespace.Client().CreateSessionProcessor(ServiceBusNamespace.SessionQueue);
        Func<ProcessSessionMessageEventArgs, Task> handler = _ => Task.CompletedTask;
        await Assert.ThrowsAsync<InvalidOperationException>(() => processor.StartProcessingAsync());

        processor.ProcessMessageAsync += handler;
        Assert.Throws<NotSupportedException>(() => processor.ProcessMessageAsync += _ => Task.CompletedTask);
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        await processor.StartProcessingAsync();

        Assert.Throws<InvalidOperationException>(() => processor.ProcessMessageAsync -= handler);
        await Assert.ThrowsAsync<InvalidOperationException>(() => processor.StartProcessingAsync());
        await processor.DisposeAsync();
        Assert.True(processor.IsClosed);
    }

    private static ServiceBusSessionProcessorOptions Options(
        bool autoComplete = false, int maxSessions = 2, TimeSpan? idle = null) => new()
        {
            AutoCompleteMessages = autoComplete,
            MaxConcurrentSessions = maxSessions,
            SessionIdleTimeout = idle,
        };

    private async Task<ServiceBusSessionProcessor> StartAsync(
        ServiceBusSessionProcessorOptions options,
        Func<ProcessSessionMessageEventArgs, Task> handler,
        Action<ServiceBusSessionProcessor>? more = null)
    {
        var processor = _namespace.Client().CreateSessionProcessor(ServiceBusNamespace.SessionQueue, options);
        processor.ProcessMessageAsync += handler;
        processor.ProcessErrorAsync += args => _errors.Writer.WriteAsync(args).AsTask();
        more?.Invoke(processor);
        _processors.Add(processor);
        await processor.StartProcessingAsync();
        return processor;
    }

    private async Task SendAsync(params (string Session, string Body)[] messages)
    {
        await using var sender = _namespace.Client().CreateSender(ServiceBusNamespace.SessionQueue);
        foreach (var (session, body) in messages)
        {
            await sender.SendMessageAsync(new ServiceBusMessage(body) { SessionId = session, MessageId = $"{session}-{body}" });
        }
    }

    private async Task<ServiceBusReceivedMessage?> PeekAsync() =>
        await _namespace.Client().CreateReceiver(ServiceBusNamespace.SessionQueue).PeekMessageAsync();

    private static async Task<List<T>> TakeAsync<T>(Channel<T> channel, int count)
    {
        var taken = new List<T>();
        while (taken.Count < count)
        {
            taken.Add(await channel.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang));
        }

        return taken;
    }
}

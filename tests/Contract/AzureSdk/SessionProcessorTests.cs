using System.Threading.Channels;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

public sealed class SessionProcessorTests : SessionProcessorFixture
{
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
        Assert.False(Errors.Reader.TryRead(out _));
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

        Assert.False(Errors.Reader.TryRead(out _));
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
        var error = await Errors.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);
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
        Assert.False(Errors.Reader.TryRead(out _));
    }
}

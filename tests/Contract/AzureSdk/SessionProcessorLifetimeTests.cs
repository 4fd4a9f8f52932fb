using System.Threading.Channels;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

/// <summary>How a processor starts, stops and outlives its connection.</summary>
public sealed class SessionProcessorLifetimeTests : SessionProcessorFixture
{
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

        Namespace.Proxy.Cut(refuseNew: true);
        var error = await Errors.Reader.ReadAsync().AsTask().WaitAsync(ServiceBusNamespace.Hang);
        Namespace.Proxy.Heal();
        await SendAsync(("b", "2"));

        // The completion of the first may have been under way when the connection was cut: then it comes again.
        Assert.IsType<ServiceBusException>(error.Exception);
        while (await TakeAsync(handled, 1) is ["1"])
        {
        }

        Assert.Equal(0, handled.Reader.Count);
    }

    [Fact]
    public async Task Both_handlers_are_needed_and_each_is_set_once_and_not_while_it_runs()
    {
        var processor = Namespace.Client().CreateSessionProcessor(ServiceBusNamespace.SessionQueue);
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
}

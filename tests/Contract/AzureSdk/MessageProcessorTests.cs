using System.Threading.Channels;
using Azure.Messaging.ServiceBus;

namespace ServerlessGateway.Contract.Tests.AzureSdk;

public sealed class MessageProcessorTests : IAsyncLifetime
{
    private readonly Channel<ProcessErrorEventArgs> _errors = Channel.CreateUnbounded<ProcessErrorEventArgs>();
    private ServiceBusNamespace _namespace = null!;

    public async Task InitializeAsync() => _namespace = await ServiceBusNamespace.StartAsync();

    public async Task DisposeAsync() => await _namespace.DisposeAsync();

    [Fact]
    public async Task As_many_handlers_as_told_run_side_by_side_and_their_messages_are_completed()
    {
        var begun = Channel.CreateUnbounded<string>();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var processor = await StartAsync(
            new ServiceBusProcessorOptions { MaxConcurrentCalls = 3 },
            async args =>
            {
                await begun.Writer.WriteAsync(args.Message.Body.ToString());
                await release.Task;
            });

        await SendAsync("1", "2", "3", "4");
        var first = await TakeAsync(begun, 3);
        Assert.False(begun.Reader.TryRead(out _));
        release.SetResult();
        var fourth = await TakeAsync(begun, 1);
        Assert.True(processor.IsProcessing);
        await processor.CloseAsync();

        Assert.True(processor.IsClosed && !processor.IsProcessing);
        Assert.Equal(["1", "2", "3", "4"], first.Concat(fourth).Order());
        Assert.Null(await PeekAsync());
    }

    [Fact]
    public async Task A_handler_that_throws_is_told_of_and_its_message_ends_among_the_dead_letters()
    {
        await using var processor = await StartAsync(
            new ServiceBusProcessorOptions(), _ => throw new FormatException("planted"));

        await SendAsync("poison");
        var errors = await TakeAsync(_errors, 3);
        var dead = await _namespace.Client().CreateReceiver(
            ServiceBusNamespace.Queue,
            new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }).ReceiveMessageAsync(ServiceBusNamespace.Hang);

        Assert.All(errors, error => Assert.IsType<FormatException>(error.Exception));
        Assert.Equal("MaxDeliveryCountExceeded", dead.DeadLetterReason);
    }

    [Fact]
    public async Task A_handler_settles_by_its_arguments()
    {
        var handled = Channel.CreateUnbounded<string>();
        await using var processor = await StartAsync(
            new ServiceBusProcessorOptions { AutoCompleteMessages = false },
            async args =>
            {
                await args.RenewMessageLockAsync(args.Message);
                await args.DeadLetterMessageAsync(args.Message);
                await handled.Writer.WriteAsync(args.EntityPath);
            });

        await SendAsync("1");

        Assert.Equal([ServiceBusNamespace.Queue], await TakeAsync(handled, 1));
        Assert.False(_errors.Reader.TryRead(out _));
        Assert.Null(await PeekAsync());
    }

    private async Task<ServiceBusProcessor> StartAsync(
        ServiceBusProcessorOptions options, Func<ProcessMessageEventArgs, Task> handler)
    {
        var processor = _namespace.Client().CreateProcessor(ServiceBusNamespace.Queue, options);
        processor.ProcessMessageAsync += handler;
        processor.ProcessErrorAsync += args => _errors.Writer.WriteAsync(args).AsTask();
        await processor.StartProcessingAsync();
        return processor;
    }

    private async Task SendAsync(params string[] bodies)
    {
        await using var sender = _namespace.Client().CreateSender(ServiceBusNamespace.Queue);
        await sender.SendMessagesAsync(bodies.Select(body => new ServiceBusMessage(body)));
    }

    private async Task<ServiceBusReceivedMessage?> PeekAsync() =>
        await _namespace.Client().CreateReceiver(ServiceBusNamespace.Queue).PeekMessageAsync();

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

using System.Reflection;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker.Runtime;

public sealed class FunctionCatalogTests
{
    [Theory]
    [InlineData(nameof(Samples.NoTrigger), "a function has exactly one trigger, this one has 0")]
    [InlineData(nameof(Samples.TwoTriggers), "a function has exactly one trigger, this one has 2")]
    [InlineData(nameof(Samples.Unbindable), "the parameter stream of type Stream cannot be bound")]
    [InlineData(nameof(Samples.WrongTrigger), "the parameter timer of type String cannot be bound")]
    [InlineData(nameof(Samples.WrongEvent), "the parameter request of type UserEventRequest cannot be bound")]
    [InlineData(nameof(Samples.WrongResult), "nothing can be done with a result of type Int32")]
    [InlineData(nameof(Samples.ResultOfTimer), "nothing can be done with a result of type IResult")]
    [InlineData(nameof(Samples.SessionActionsWithoutSessions),
        "the parameter session of type ServiceBusSessionMessageActions cannot be bound")]
    public void What_cannot_be_bound_is_refused_with_the_reason(string method, string expected)
    {
        Assert.False(FunctionBinder.TryBind("f", Method(method), out _, out var problem));

        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData(nameof(Samples.Plain), typeof(void))]
    [InlineData(nameof(Samples.ValueTaskOfResult), typeof(IResult))]
    public void Tasks_of_every_kind_are_awaited(string method, Type result)
    {
        Assert.True(FunctionBinder.TryBind("f", Method(method), out var function, out _));

        Assert.Equal(result, Awaiting.ResultType(function.Method.ReturnType));
    }

    [Fact]
    public void An_id_is_stable_and_differs_between_functions()
    {
        var first = StableId.Of("a", Method(nameof(Samples.Plain)));

        Assert.Equal(first, StableId.Of("a", Method(nameof(Samples.Plain))));
        Assert.NotEqual(first, StableId.Of("b", Method(nameof(Samples.Plain))));
    }

    private static MethodInfo Method(string name) => typeof(Samples).GetMethod(name)!;

    /// <summary>They bear no [Function], since this assembly is no app.</summary>
    private static class Samples
    {
        public static void NoTrigger(HttpRequest request) => _ = request;

        public static void TwoTriggers([HttpTrigger] HttpRequest request, [TimerTrigger("* * * * *")] TimerInfo timer) =>
            _ = (request, timer);

        public static void Unbindable([HttpTrigger] HttpRequest request, Stream stream) => _ = (request, stream);

        public static void WrongTrigger([TimerTrigger("* * * * *")] string timer) => _ = timer;

        public static void WrongEvent(
            [WebPubSubTrigger("chat", WebPubSubEventType.System, "connect")] UserEventRequest request) => _ = request;

        public static int WrongResult([HttpTrigger] HttpRequest request) => request.Path.Value!.Length;

        public static IResult ResultOfTimer([TimerTrigger("* * * * *")] TimerInfo timer) => Results.Json(timer);

        public static void SessionActionsWithoutSessions(
            [ServiceBusTrigger("queue")] ServiceBusReceivedMessage message, ServiceBusSessionMessageActions session) =>
            _ = (message, session);

        public static async Task Plain([TimerTrigger("* * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
            await Task.FromResult((timer, cancellationToken));

        public static ValueTask<IResult> ValueTaskOfResult([HttpTrigger] HttpRequest request) =>
            ValueTask.FromResult(Results.Text(request.Path));
    }
}

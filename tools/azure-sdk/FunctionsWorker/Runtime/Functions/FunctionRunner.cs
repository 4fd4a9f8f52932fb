using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>Runs a function once, in a scope of services of its own.</summary>
internal sealed partial class FunctionRunner(
    IServiceScopeFactory scopes, InvocationTracker tracker, ILogger<FunctionRunner> logger)
{
    /// <param name="function">What to run.</param>
    /// <param name="data">What it is given.</param>
    /// <param name="complete">What is done with the result while the scope still lives.</param>
    /// <param name="cancellationToken">What the function sees as its token.</param>
    /// <exception cref="WorkerEndedException">The time to drain was over before the function returned.</exception>
    public async Task RunAsync(
        FunctionEntry function,
        TriggerData data,
        Func<object?, FunctionContext, Task> complete,
        CancellationToken cancellationToken)
    {
        using var execution = tracker.Enter();
        var run = RunInScopeAsync(function, data, complete, cancellationToken);
        try
        {
            await run.WaitAsync(tracker.Ended);
        }
        catch (OperationCanceledException) when (tracker.Ended.IsCancellationRequested && !run.IsCompleted)
        {
            // The function keeps running until the process ends, but nobody waits for it: the host has given it up.
            LogEnded(function.Name);
            throw new WorkerEndedException(function.Name);
        }
    }

    private async Task RunInScopeAsync(
        FunctionEntry function,
        TriggerData data,
        Func<object?, FunctionContext, Task> complete,
        CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = new InvocationContext(function, data, scope.ServiceProvider, cancellationToken);
        LogStart(function.Name, context.InvocationId);
        data.Begin?.Invoke(context);
        try
        {
            var instance = function.Method.IsStatic
                ? null
                : ActivatorUtilities.CreateInstance(scope.ServiceProvider, function.Method.ReflectedType!);
            await complete(await function.InvokeAsync(instance, context), context);
            LogEnd(function.Name, context.InvocationId);
        }
        catch (Exception exception)
        {
            LogFailure(exception, function.Name, context.InvocationId);
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Executing {Function} (Id={InvocationId}).")]
    private partial void LogStart(string function, string invocationId);

    [LoggerMessage(2, LogLevel.Debug, "Executed {Function} (Id={InvocationId}).")]
    private partial void LogEnd(string function, string invocationId);

    [LoggerMessage(3, LogLevel.Error, "{Function} failed (Id={InvocationId}).")]
    private partial void LogFailure(Exception exception, string function, string invocationId);

    [LoggerMessage(4, LogLevel.Warning, "{Function} was still running when the time to drain was over.")]
    private partial void LogEnded(string function);
}

using System.Reflection;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>How the result of a method is awaited: found once per function, since it takes reflection.</summary>
internal sealed class Awaiting
{
    private static readonly MethodInfo OfTask = Generic(nameof(FromTaskAsync));
    private static readonly MethodInfo OfValueTask = Generic(nameof(FromValueTaskAsync));

    private readonly Func<object?, ValueTask<object?>> _await;

    private Awaiting(Func<object?, ValueTask<object?>> awaitResult) => _await = awaitResult;

    /// <summary>The type of the result once awaited; void for none.</summary>
    public static Type ResultType(Type returnType) => returnType switch
    {
        _ when returnType == typeof(Task) || returnType == typeof(ValueTask) => typeof(void),
        { IsGenericType: true } when IsOneOf(returnType, typeof(Task<>), typeof(ValueTask<>)) =>
            returnType.GetGenericArguments()[0],
        _ => returnType,
    };

    public static Awaiting For(Type returnType)
    {
        if (returnType == typeof(Task))
        {
            return new Awaiting(FromPlainTaskAsync);
        }

        if (returnType == typeof(ValueTask))
        {
            return new Awaiting(FromPlainValueTaskAsync);
        }

        var definition = returnType.IsGenericType switch
        {
            true when IsOneOf(returnType, typeof(Task<>)) => OfTask,
            true when IsOneOf(returnType, typeof(ValueTask<>)) => OfValueTask,
            _ => null,
        };
        return definition is null
            ? new Awaiting(result => new ValueTask<object?>(result))
            : new Awaiting(definition.MakeGenericMethod(returnType.GetGenericArguments())
                .CreateDelegate<Func<object?, ValueTask<object?>>>());
    }

    public ValueTask<object?> ResultAsync(object? returned) => _await(returned);

    private static bool IsOneOf(Type type, params Type[] definitions) =>
        definitions.Contains(type.GetGenericTypeDefinition());

    private static MethodInfo Generic(string name) =>
        typeof(Awaiting).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static async ValueTask<object?> FromPlainTaskAsync(object? returned)
    {
        await (Task)returned!;
        return null;
    }

    private static async ValueTask<object?> FromPlainValueTaskAsync(object? returned)
    {
        await (ValueTask)returned!;
        return null;
    }

    private static async ValueTask<object?> FromTaskAsync<T>(object? returned) => await (Task<T>)returned!;

    private static async ValueTask<object?> FromValueTaskAsync<T>(object? returned) => await (ValueTask<T>)returned!;
}

using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>Finds for each parameter of a function where its value comes from.</summary>
internal static class FunctionBinder
{
    public static bool TryBind(
        string name,
        MethodInfo method,
        [NotNullWhen(true)] out FunctionEntry? function,
        [NotNullWhen(false)] out string? problem)
    {
        function = null;
        var triggers = method.GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<TriggerBindingAttribute>())
            .OfType<TriggerBindingAttribute>()
            .ToArray();
        if (triggers.Length != 1)
        {
            problem = $"a function has exactly one trigger, this one has {triggers.Length}";
            return false;
        }

        var kind = TriggerKind.Of(triggers[0]);
        var result = Awaiting.ResultType(method.ReturnType);
        if (!kind.AcceptsResult(result))
        {
            problem = $"nothing can be done with a result of type {result.Name}";
            return false;
        }

        var sources = method.GetParameters().Select(parameter => Source(parameter, kind, triggers[0])).ToArray();
        if (Array.IndexOf(sources, null) is >= 0 and var unbound)
        {
            var parameter = method.GetParameters()[unbound];
            problem = $"the parameter {parameter.Name} of type {parameter.ParameterType.Name} cannot be bound";
            return false;
        }

        function = new FunctionEntry(name, method, triggers[0], sources!);
        problem = null;
        return true;
    }

    private static ParameterSource? Source(ParameterInfo parameter, TriggerKind kind, TriggerBindingAttribute trigger)
    {
        var type = parameter.ParameterType;
        if (parameter.IsDefined(typeof(TriggerBindingAttribute)))
        {
            return kind.Accepts(type, trigger)
                ? new ParameterSource(type, IsTrigger: true, context => kind.Convert(context.Data.Value, type))
                : null;
        }

        if (type == typeof(FunctionContext))
        {
            return new ParameterSource(type, IsTrigger: false, context => context);
        }

        if (type == typeof(CancellationToken))
        {
            return new ParameterSource(type, IsTrigger: false, context => context.CancellationToken);
        }

        if (kind.Companions(trigger).Contains(type))
        {
            return new ParameterSource(type, IsTrigger: false, context => context.Data.Companion(type));
        }

        return kind.BindsNames ? Named(parameter) : null;
    }

    /// <summary>Binds to a value of the route by the parameter's name; what is not in the route is the type's default.</summary>
    private static ParameterSource? Named(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var converter = TypeDescriptor.GetConverter(type);
        if (!converter.CanConvertFrom(typeof(string)))
        {
            return null;
        }

        var missing = type.IsValueType ? Activator.CreateInstance(type) : null;
        return new ParameterSource(type, IsTrigger: false, context =>
            context.Data.Named.GetValueOrDefault(parameter.Name!) is string text
                ? converter.ConvertFromInvariantString(text)
                : missing);
    }
}

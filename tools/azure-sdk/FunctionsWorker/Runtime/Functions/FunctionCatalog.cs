using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>Finds the functions of an app: its public methods that bear <see cref="FunctionAttribute"/>.</summary>
internal sealed class FunctionCatalog
{
    private const BindingFlags Methods =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private FunctionCatalog(IReadOnlyList<FunctionEntry> functions) => Functions = functions;

    public IReadOnlyList<FunctionEntry> Functions { get; }

    public IEnumerable<(FunctionEntry Function, T Trigger)> With<T>()
        where T : TriggerBindingAttribute =>
        Functions.Where(function => function.Trigger is T).Select(function => (function, (T)function.Trigger));

    /// <exception cref="InvalidOperationException">A function cannot be bound; the text names each of them.</exception>
    public static FunctionCatalog Discover(Assembly app, IConfiguration settings)
    {
        var problems = new List<string>();
        var functions = new List<FunctionEntry>();
        foreach (var (name, method) in Candidates(app))
        {
            if (FunctionBinder.TryBind(name, method, out var function, out var problem))
            {
                functions.Add(function);
            }
            else
            {
                problems.Add($"{name}: {problem}");
            }
        }

        problems.AddRange(functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {group.Count()} functions have this name"));
        return problems.Count == 0
            ? new FunctionCatalog([.. functions.Where(function => !IsDisabled(function.Name, settings))])
            : throw new InvalidOperationException(
                $"The app's functions cannot be bound:{Environment.NewLine}{string.Join(Environment.NewLine, problems)}");
    }

    /// <summary>
    /// Whether an app setting turns the function off. Its name has dots, or underscores where names of the environment
    /// take no dots.
    /// </summary>
    private static bool IsDisabled(string name, IConfiguration settings) =>
        new[] { $"AzureWebJobs.{name}.Disabled", $"AzureWebJobs_{name}_Disabled" }
            .Any(key => settings[key] is "1" || (bool.TryParse(settings[key], out var on) && on));

    private static IEnumerable<(string Name, MethodInfo Method)> Candidates(Assembly app) =>
        from type in app.GetTypes()
        from method in type.GetMethods(Methods)
        let attribute = method.GetCustomAttribute<FunctionAttribute>()
        where attribute is not null
        orderby attribute.Name
        select (attribute.Name, method);
}

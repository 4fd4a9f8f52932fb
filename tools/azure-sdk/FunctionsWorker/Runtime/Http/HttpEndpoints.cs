using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Settings;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Http;

/// <summary>The routes of the HTTP functions, below the route prefix of host.json.</summary>
internal sealed class HttpEndpoints : EndpointDataSource
{
    private static readonly string[] ReservedRoots = ["admin", "runtime"];

    public HttpEndpoints(
        FunctionCatalog catalog, HostFile hostFile, BindingExpressions expressions, AccessKeys keys, FunctionRunner runner) =>
        Endpoints = [.. catalog.With<HttpTriggerAttribute>().Select(pair =>
            Map(pair.Function, pair.Trigger, hostFile.RoutePrefix, expressions, keys, runner))];

    public override IReadOnlyList<Endpoint> Endpoints { get; }

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    private static Endpoint Map(
        FunctionEntry function,
        HttpTriggerAttribute trigger,
        string prefix,
        BindingExpressions expressions,
        AccessKeys keys,
        FunctionRunner runner)
    {
        var route = $"{prefix}/{expressions.Resolve(trigger.Route ?? function.Name)}".TrimStart('/');
        if (ReservedRoots.Contains(route.Split('/')[0], StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"{function.Name}: the route '{route}' conflicts with the host's own routes.");
        }

        var handler = new HttpFunction(function, trigger.AuthLevel, keys, runner);
        var builder = new RouteEndpointBuilder(handler.InvokeAsync, RoutePatternFactory.Parse(route), order: 0)
        {
            DisplayName = function.Name,
        };
        builder.Metadata.Add(new HttpMethodMetadata(trigger.Methods ?? []));
        return builder.Build();
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ServerlessGateway.Instances;
using ServerlessGateway.Requests;

namespace ServerlessGateway.Triggers;

/// <summary>Lists the instances as this process holds them.</summary>
internal sealed class InstancesEdge(IInstanceDirectory directory, InstanceRegistry registry) : IHttpEdge<InstancesFunction>
{
    /// <inheritdoc/>
    public async Task<IActionResult> HandleAsync(HttpRequest request, string? name, CancellationToken cancellationToken)
    {
        IReadOnlyList<InstanceRow> rows;
        try
        {
            rows = await registry.ListAsync(cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return HttpAnswer.Of(RequestErrors.StoreUnavailable);
        }

        var instances = directory.Instances.Join(
            rows, instance => instance.Name, row => row.Name, (instance, row) => new InstanceAnswer(
                instance.Name.Value, instance.Endpoint.GetLeftPart(UriPartial.Authority), instance.Weight,
                row.State.ToString().ToLowerInvariant(), row.Since, row.Repair.Skip));
        return HttpAnswer.Ok(EdgeJson.Serialize(new InstancesAnswer([.. instances])));
    }
}

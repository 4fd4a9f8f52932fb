using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Http;

internal sealed class HttpTriggerKind : TriggerKind
{
    public override Type Attribute => typeof(HttpTriggerAttribute);

    public override bool BindsNames => true;

    public override bool Accepts(Type parameterType, TriggerBindingAttribute attribute) =>
        parameterType == typeof(HttpRequest);

    public override bool AcceptsResult(Type type) =>
        type == typeof(void) || type.IsAssignableTo(typeof(IActionResult)) || type.IsAssignableTo(typeof(IResult));
}

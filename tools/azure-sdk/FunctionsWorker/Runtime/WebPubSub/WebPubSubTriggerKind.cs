using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

internal sealed class WebPubSubTriggerKind : TriggerKind
{
    public override Type Attribute => typeof(WebPubSubTriggerAttribute);

    public override bool Accepts(Type parameterType, TriggerBindingAttribute attribute)
    {
        var trigger = (WebPubSubTriggerAttribute)attribute;
        return parameterType == EventKinds.RequestType(EventKinds.Of(trigger.EventType, trigger.EventName));
    }

    public override bool AcceptsResult(Type type) =>
        type == typeof(void) || type.IsAssignableTo(typeof(WebPubSubEventResponse));
}

using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Timers;

internal sealed class TimerTriggerKind : TriggerKind
{
    public override Type Attribute => typeof(TimerTriggerAttribute);

    public override bool Accepts(Type parameterType, TriggerBindingAttribute attribute) =>
        parameterType == typeof(TimerInfo);
}

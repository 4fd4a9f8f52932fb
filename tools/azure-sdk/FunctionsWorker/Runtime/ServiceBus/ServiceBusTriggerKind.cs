using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;

internal sealed class ServiceBusTriggerKind : TriggerKind
{
    public override Type Attribute => typeof(ServiceBusTriggerAttribute);

    public override bool Accepts(Type parameterType, TriggerBindingAttribute attribute) =>
        parameterType == typeof(ServiceBusReceivedMessage)
        || parameterType == typeof(BinaryData)
        || parameterType == typeof(string);

    public override IReadOnlyList<Type> Companions(TriggerBindingAttribute attribute) =>
        ((ServiceBusTriggerAttribute)attribute).IsSessionsEnabled
            ? [typeof(ServiceBusMessageActions), typeof(ServiceBusSessionMessageActions)]
            : [typeof(ServiceBusMessageActions)];

    public override object Convert(object trigger, Type parameterType)
    {
        var message = (ServiceBusReceivedMessage)trigger;
        return parameterType == typeof(string) ? message.Body.ToString()
            : parameterType == typeof(BinaryData) ? message.Body
            : message;
    }
}

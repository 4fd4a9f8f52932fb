using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using ServerlessGateway.AzureSdk.FunctionsWorker.Http;
using ServerlessGateway.AzureSdk.FunctionsWorker.ServiceBus;
using ServerlessGateway.AzureSdk.FunctionsWorker.Timers;
using ServerlessGateway.AzureSdk.FunctionsWorker.WebPubSub;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

/// <summary>What a kind of trigger can be bound to. Whatever cannot be bound fails the start, not an execution.</summary>
internal abstract class TriggerKind
{
    private static readonly TriggerKind[] All =
        [new HttpTriggerKind(), new TimerTriggerKind(), new ServiceBusTriggerKind(), new WebPubSubTriggerKind()];

    /// <summary>The attribute that marks this kind.</summary>
    public abstract Type Attribute { get; }

    /// <summary>Whether parameters bind by name to parts of the trigger.</summary>
    public virtual bool BindsNames => false;

    public static TriggerKind Of(TriggerBindingAttribute attribute) =>
        All.First(kind => kind.Attribute.IsInstanceOfType(attribute));

    /// <summary>Whether the trigger itself can be given to a parameter of this type.</summary>
    public abstract bool Accepts(Type parameterType, TriggerBindingAttribute attribute);

    /// <summary>The types of further parameters that this trigger can fill.</summary>
    public virtual IReadOnlyList<Type> Companions(TriggerBindingAttribute attribute) => [];

    /// <summary>Whether a function may return this type; void where nothing can be done with a result.</summary>
    public virtual bool AcceptsResult(Type type) => type == typeof(void);

    /// <summary>Gives the trigger the type of its parameter.</summary>
    public virtual object Convert(object trigger, Type parameterType) => trigger;
}

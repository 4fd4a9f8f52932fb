using System.Text;
using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.ServiceBusEmulator.Faults;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator.Fuzz;

/// <summary>What is put to <c>/faults</c>.</summary>
public sealed class FaultPlanFuzzTests
{
    [Fact]
    public Task A_plan_is_read_or_refused() => FuzzRun.BytesAsync(
        5_000,
        Mutations.Of([.. Plans().Select(plan => Encoding.UTF8.GetBytes(plan))]),
        bytes => NamespaceFaultKinds.Reader.Read(bytes),
        e => e is FaultPlanException);

    /// <summary>Each kind alone, and some together; texts that are no Unicode are JSON all the same.</summary>
    private static IEnumerable<string> Plans()
    {
        foreach (var kind in NamespaceFaultKinds.All)
        {
            yield return $$"""{"seed":7,"rules":[{"kind":"{{kind.Name}}","count":3,"rate":0.5,"after":1,"seed":9}]}""";
        }

        yield return $$"""{"kind":"{{NamespaceFaultKinds.All[0].Name}}","\ud800":1}""";
        yield return """{"kind":"\ud800"}""";
    }
}

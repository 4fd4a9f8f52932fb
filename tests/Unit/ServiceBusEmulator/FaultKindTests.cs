using ServerlessGateway.ServiceBusEmulator.Faults;
using ServerlessGateway.Tests.Support;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

public sealed class FaultKindTests
{
    [Fact]
    public void The_README_lists_the_kinds_there_are()
    {
        var readme = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "tools/servicebus-emulator/README.md"));

        Assert.Equal(
            NamespaceFaultKinds.All.Select(kind => kind.Name).Order(),
            EmulatorFaults.KindTable.NamesIn(readme).Order());
    }
}

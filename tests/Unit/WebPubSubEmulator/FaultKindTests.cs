using ServerlessGateway.Tests.Support;
using ServerlessGateway.WebPubSubEmulator.Faults;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator;

public sealed class FaultKindTests
{
    [Fact]
    public void The_README_lists_the_kinds_there_are()
    {
        var readme = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "tools/webpubsub-emulator/README.md"));

        Assert.Equal(
            InstanceFaultKinds.All.Select(kind => kind.Name).Order(),
            EmulatorFaults.KindTable.NamesIn(readme).Order());
    }
}

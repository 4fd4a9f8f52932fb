namespace ServerlessGateway.Contract.Tests.ServiceBusEmulator;

/// <summary>The model that crashes are judged by finds what it is there to find.</summary>
public sealed class CrashModelTests
{
    private readonly CrashModel _model = new();

    public CrashModelTests()
    {
        _model.Sending(["kept"], Places.Queue);
        _model.Sent(["kept"], Places.Queue);
        _model.Sending(["done"], Places.Queue);
        _model.Sent(["done"], Places.Queue);
        _model.Moving("done", Places.Queue, Places.Nowhere);
        _model.Moved("done", Places.Nowhere);
        _model.Sending(["b1", "b2"], Places.Queue);
        _model.StateSet("s", 3);
        _model.SettingState("s", 4);
    }

    [Theory]
    [InlineData("kept")]
    [InlineData("kept,b1,b2")]
    public void What_may_be_is_taken_and_stands_from_then_on(string found)
    {
        _model.Check(Found(found));
        _model.CheckState("s", 4);

        _model.Check(Found(found));
        Assert.ThrowsAny<Exception>(() => _model.Check(Found(found == "kept" ? "kept,b1,b2" : "kept")));
        Assert.ThrowsAny<Exception>(() => _model.CheckState("s", 3));
    }

    [Theory]
    [InlineData("")]
    [InlineData("kept,kept")]
    [InlineData("kept,done")]
    [InlineData("kept,b1")]
    [InlineData("kept,b1,b2,b2")]
    [InlineData("kept,unknown")]
    public void What_cannot_be_is_found(string found) => Assert.ThrowsAny<Exception>(() => _model.Check(Found(found)));

    [Fact]
    public void A_message_in_the_wrong_place_is_found() =>
        Assert.ThrowsAny<Exception>(() => _model.Check([("kept", Places.DeadLetters)]));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_state_that_was_never_set_or_is_over_is_found(byte state) =>
        Assert.ThrowsAny<Exception>(() => _model.CheckState("s", state));

    private static (string Id, Places Place)[] Found(string ids) =>
        [.. ids.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => (id, Places.Queue))];
}

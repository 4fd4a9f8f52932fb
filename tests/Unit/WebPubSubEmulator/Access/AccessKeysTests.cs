using ServerlessGateway.WebPubSubEmulator.Access;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Access;

public sealed class AccessKeysTests : IDisposable
{
    private const string One = "key-one-of-the-tests-0123456789abcdef";
    private const string Two = "key-two-of-the-tests-0123456789abcdef";
    private const string Three = "key-three-of-the-tests-0123456789abcd";

    private readonly string _folder = Directory.CreateTempSubdirectory("access-keys").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_replaced_key_is_gone_and_the_other_stays()
    {
        var keys = new AccessKeys([One, Two]);
        var both = keys.SignConnection("c");

        keys.Replace(AccessKeyType.Primary, Three);

        Assert.Equal((Three, Two), (keys.Primary, keys.Secondary));
        Assert.Equal(2, keys.SigningKeys.Count);
        Assert.NotEqual(both.Split(',')[0], keys.SignConnection("c").Split(',')[0]);
        Assert.Equal(both.Split(',')[1], keys.SignConnection("c").Split(',')[1]);
    }

    [Fact]
    public void A_secondary_key_can_be_added_to_one()
    {
        var keys = new AccessKeys([One]);

        keys.Replace(AccessKeyType.Secondary, Two);

        Assert.Equal((One, Two), (keys.Primary, keys.Secondary));
    }

    [Theory]
    [InlineData("short", "at least 32 bytes")]
    [InlineData(" key-with-a-space-before-0123456789abcdef", "spaces at its ends")]
    [InlineData("key-with-a;semicolon-0123456789abcdefghij", "semicolon")]
    [InlineData("key-with-a\ttab-0123456789abcdefghijklmnop", "control characters")]
    public void A_key_that_no_connection_string_can_carry_is_refused_and_changes_nothing(string key, string problem)
    {
        var keys = new AccessKeys([One, Two]);

        Assert.Contains(problem, Assert.Throws<ArgumentException>(() => new AccessKeys([key])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => keys.Replace(AccessKeyType.Primary, key));
        Assert.Equal(One, keys.Primary);
    }

    [Fact]
    public void Replaced_keys_hold_after_a_restart_with_the_same_keys_and_not_with_others()
    {
        var file = new AccessKeyFile(_folder, [One]);
        var keys = new AccessKeys(file.Read(), file.Write);
        keys.Replace(AccessKeyType.Primary, Two);
        keys.Replace(AccessKeyType.Secondary, Three);

        Assert.Equal([Two, Three], new AccessKeyFile(_folder, [One]).Read());
        Assert.Equal([Three], new AccessKeyFile(_folder, [Three]).Read());
        Assert.Equal([One, Two], new AccessKeyFile(_folder, [One, Two]).Read());
    }

    [Fact]
    public void A_key_that_cannot_be_kept_is_not_used()
    {
        var keys = new AccessKeys([One], _ => throw new IOException("no space"));

        Assert.Throws<IOException>(() => keys.Replace(AccessKeyType.Primary, Two));

        Assert.Equal(One, keys.Primary);
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, "access-keys.json"), "{");

        var error = Assert.Throws<FormatException>(() => new AccessKeyFile(_folder, [One]).Read());

        Assert.Contains("access-keys.json is damaged", error.Message, StringComparison.Ordinal);
    }
}

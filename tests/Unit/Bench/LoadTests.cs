using ServerlessGateway.Bench.Harness;
using ServerlessGateway.Bench.ServiceBus;

namespace ServerlessGateway.Unit.Tests.Bench;

public sealed class LoadTests
{
    [Fact]
    public async Task The_floor_puts_every_record_on_the_disk_before_it_says_so()
    {
        var path = Path.Combine(Path.GetTempPath(), $"floor-{Guid.NewGuid():N}");
        try
        {
            using (var floor = new AppendFloor(path))
            {
                var records = Enumerable.Range(1, 200).Select(number => Enumerable.Repeat((byte)number, number).ToArray());
                await Task.WhenAll(records.Select(record => floor.AppendAsync(record)));
                Assert.Equal(200 * 201 / 2, new FileInfo(path).Length);

                await floor.AppendAsync(new byte[10]);
                Assert.Equal((200 * 201 / 2) + 10, new FileInfo(path).Length);
            }

            var written = await File.ReadAllBytesAsync(path);
            Assert.All(
                written.GroupBy(value => value).Where(group => group.Key != 0),
                group => Assert.Equal(group.Key, group.Count()));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task The_first_worker_that_fails_ends_the_load()
    {
        var pieces = 0;

        await Assert.ThrowsAsync<IOException>(() => Workers.RunAsync(
            4,
            async worker =>
            {
                await Task.Yield();
                if (Interlocked.Increment(ref pieces) == 100)
                {
                    throw new IOException("The connection is lost.");
                }
            },
            CancellationToken.None));

        Assert.InRange(pieces, 100, int.MaxValue);
    }
}

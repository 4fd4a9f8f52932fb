using CsCheck;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>The broker's own data structures, against the framework's.</summary>
public sealed class StructureTests
{
    private static readonly BrokerFixture Fixture = BrokerFixture.WithQueue();

    [Fact]
    public void The_index_is_a_sorted_map_whatever_comes_and_goes() =>
        Gen.Select(Gen.Bool, Gen.Long[1, 300]).Array[0, 600].Sample(steps =>
        {
            var index = new SequenceIndex();
            var model = new SortedDictionary<long, StoredMessage>();
            foreach (var (adds, number) in steps)
            {
                if (adds && !model.ContainsKey(number))
                {
                    var message = Stored(number);
                    index.Add(message);
                    model.Add(number, message);
                }
                else if (!adds && model.Remove(number, out var message))
                {
                    index.Remove(message);
                }

                Assert.Equal(model.ContainsKey(number), index.TryFind(number, out _));
            }

            Assert.Equal(model.Count, index.Count);
            Assert.Equal(model.Keys.Where(key => key >= 100), index.From(100).Select(message => message.SequenceNumber));
        });

    [Fact]
    public void The_lowest_available_message_comes_first() =>
        Gen.Select(Gen.Int[0, 2], Gen.Long[1, 300]).Array[0, 600].Sample(steps =>
        {
            var available = new AvailableMessages();
            var model = new SortedDictionary<long, StoredMessage>();
            foreach (var (verb, number) in steps)
            {
                if (verb == 0 && !model.ContainsKey(number))
                {
                    model.Add(number, Stored(number));
                    available.Add(model[number]);
                }
                else if (verb == 1)
                {
                    Assert.Equal(model.Count > 0, available.TryTake(out var taken));
                    Assert.Equal(model.Values.FirstOrDefault(), taken);
                    model.Remove(taken?.SequenceNumber ?? 0);
                }
                else if (model.Remove(number, out var forgotten))
                {
                    available.Forget(forgotten);
                }

                Assert.Equal(model.Count, available.Count);
            }
        });

    [Fact]
    public void Deadlines_fall_due_in_the_order_of_their_times_then_of_their_arrival()
    {
        var queue = new DeadlineQueue();
        var run = new List<object>();
        var start = DateTimeOffset.UnixEpoch;
        queue.Add(start.AddSeconds(2), run.Add, "second");
        queue.Add(start.AddSeconds(1), run.Add, "first");
        queue.Add(start.AddSeconds(2), run.Add, "third");
        var cancelled = queue.Add(start.AddSeconds(1), run.Add, "never");
        queue.Cancel(cancelled);
        queue.Cancel(cancelled);

        Assert.Equal(start.AddSeconds(1), queue.NextDue());
        while (queue.TryTakeDue(start.AddSeconds(2), out var deadline))
        {
            deadline!.Run();
        }

        Assert.Equal(["first", "second", "third"], run);
        Assert.Null(queue.NextDue());
    }

    [Fact]
    public void Cancelled_deadlines_do_not_pile_up()
    {
        var queue = new DeadlineQueue();
        queue.Add(DateTimeOffset.UnixEpoch, _ => { }, queue);
        for (var index = 0; index < 100_000; index++)
        {
            queue.Cancel(queue.Add(DateTimeOffset.MaxValue, _ => { }, queue));
        }

        Assert.InRange(queue.Count, 1, 4_096);
        Assert.Equal(DateTimeOffset.UnixEpoch, queue.NextDue());
    }

    private static StoredMessage Stored(long number) => new()
    {
        Message = BrokerFixture.Message("m"),
        Owner = Fixture.Q(),
        SequenceNumber = number,
        EnqueuedSequenceNumber = number,
        EnqueuedTime = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.MaxValue,
        State = MessageState.Active,
    };
}

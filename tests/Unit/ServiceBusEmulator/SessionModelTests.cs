using CsCheck;
using ServerlessGateway.ServiceBusEmulator.Broker;
using static ServerlessGateway.Unit.Tests.ServiceBusEmulator.BrokerFixture;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>
/// Generated sequences of operations on a queue with sessions, against a model that knows only the rules: one
/// holder per session, lowest number first, counts raised by abandon and expiry alone, sessions in line.
/// </summary>
public sealed class SessionModelTests
{
    private const int MaxDeliveryCount = 3;

    private static readonly Gen<Step[]> Steps = Gen.Select(
        Gen.Enum<Verb>(), Gen.Int[0, 3], Gen.Int[1, 3], (verb, which, amount) => new Step(verb, which, amount)).Array[1, 80];

    private enum Verb
    {
        Send,
        SendMore,
        Accept,
        AcceptNext,
        Receive,
        ReceiveMore,
        Complete,
        Abandon,
        DeadLetter,
        Defer,
        Renew,
        Release,
        Advance,
    }

    [Fact]
    public void Sessions_and_locks_behave_as_the_model() => Steps.Sample(steps =>
    {
        using var run = new Run();
        foreach (var step in steps)
        {
            run.Do(step);
        }
    }, iter: 400);

    private readonly record struct Step(Verb Verb, int Which, int Amount)
    {
        public override string ToString() => $"{Verb}({Which},{Amount})";
    }

    private sealed record Holder(SessionLease Lease, RecordingSink Sink, SessionModel.Lease Model)
    {
        internal int Seen { get; set; }
    }

    private sealed class Run : IDisposable
    {
        private readonly BrokerFixture _fixture =
            WithSessions(queue => queue with { MaxDeliveryCount = MaxDeliveryCount });

        private readonly SessionModel _model = new(MaxDeliveryCount, LockDuration);
        private readonly List<Holder> _holders = [];

        internal void Do(Step step)
        {
            var holder = _holders.Count > 0 ? _holders[step.Which % _holders.Count] : null;
            switch (step.Verb)
            {
                case Verb.Send or Verb.SendMore:
                    Send(step);
                    break;
                case Verb.Accept:
                    Accept($"s{step.Which}");
                    break;
                case Verb.AcceptNext:
                    AcceptNext();
                    break;
                case Verb.Receive or Verb.ReceiveMore when holder is not null:
                    Receive(holder, step.Amount);
                    break;
                case Verb.Complete or Verb.Abandon or Verb.DeadLetter or Verb.Defer when holder is not null:
                    Settle(holder, step);
                    break;
                case Verb.Renew when holder is not null:
                    Assert.Equal(_model.Renew(holder.Model, Now), holder.Lease.Renew().IsSuccess);
                    break;
                case Verb.Release when holder is not null:
                    holder.Lease.Release();
                    _model.Release(holder.Model);
                    break;
                case Verb.Advance:
                    _fixture.Clock.Advance(TimeSpan.FromSeconds(step.Amount * 7));
                    _model.AdvanceTo(Now);
                    break;
                default:
                    break;
            }

            Compare();
        }

        public void Dispose() => _fixture.Dispose();

        private DateTimeOffset Now => _fixture.Clock.GetUtcNow();

        private void Send(Step step)
        {
            var messages = Enumerable.Repeat(Message("m", $"s{step.Which}"), step.Amount).ToArray();
            Assert.Null(Done.Of(_fixture.Q().SendAsync(messages)));
            _model.Send($"s{step.Which}", step.Amount);
        }

        private void Accept(string session)
        {
            var result = Done.Of(_fixture.Q().AcceptSessionAsync(session, TimeSpan.Zero, CancellationToken.None));
            var model = _model.Accept(session, Now);
            Assert.Equal(model is not null, result.IsSuccess);
            Hold(result, model);
        }

        private void AcceptNext()
        {
            var result = Done.Of(_fixture.Q().AcceptSessionAsync(null, TimeSpan.Zero, CancellationToken.None));
            var model = _model.AcceptNext(Now);
            Assert.Equal(model?.Session, result.IsSuccess ? result.Value.SessionId : null);
            Hold(result, model);
        }

        private void Hold(BrokerResult<SessionLease> result, SessionModel.Lease? model)
        {
            if (model is not null)
            {
                _holders.Add(new Holder(result.Value, Listen(result.Value, credit: 0), model));
            }
        }

        private void Receive(Holder holder, int count)
        {
            holder.Sink.Receiver.AddCredit(count);
            var expected = _model.Receive(holder.Model, count);
            var actual = holder.Sink.Deliveries.Skip(holder.Seen).ToArray();
            holder.Seen = holder.Sink.Deliveries.Count;
            holder.Sink.Receiver.SetDeliveryLimit(0);
            Assert.Equal(expected, actual.Select(delivery => (delivery.Message.SequenceNumber, delivery.Message.DeliveryCount)));
        }

        private void Settle(Holder holder, Step step)
        {
            if (holder.Sink.Deliveries.Count == 0)
            {
                return;
            }

            var delivery = holder.Sink.Deliveries[^Math.Min(step.Amount, holder.Sink.Deliveries.Count)];
            Settlement settlement = step.Verb switch
            {
                Verb.Complete => new Settlement.Complete(),
                Verb.Abandon => new Settlement.Abandon(),
                Verb.Defer => new Settlement.Defer(),
                _ => new Settlement.DeadLetter("reason", null),
            };
            var error = Done.Of(holder.Lease.SettleAsync(delivery.LockToken, settlement));
            var isSettled = _model.Settle(holder.Model, delivery.Message.SequenceNumber, delivery.Message.DeliveryCount, settlement);
            Assert.Equal(isSettled ? null : BrokerErrorCode.SessionLockLost, error?.Code);
        }

        private void Compare()
        {
            var queue = _fixture.Q();
            Assert.Equal(_model.Kept, queue.Peek(0, 1_000, null).Select(message =>
                (message.SequenceNumber, message.DeliveryCount, message.State == MessageState.Deferred)));
            Assert.Equal(_model.DeadLetters, queue.DeadLetterQueue!.Peek(0, 1_000, null).Select(message => message.SequenceNumber));
            Assert.Equal(_model.LockedCount, queue.Count().Locked);
        }
    }
}

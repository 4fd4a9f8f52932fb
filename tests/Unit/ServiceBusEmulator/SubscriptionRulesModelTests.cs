using CsCheck;
using ServerlessGateway.ServiceBusEmulator.Broker;

namespace ServerlessGateway.Unit.Tests.ServiceBusEmulator;

/// <summary>
/// Rules added and removed by chance, with restarts between, from the log or from a snapshot: the rules are as a list
/// says that knows nothing of records and changes.
/// </summary>
public sealed class SubscriptionRulesModelTests
{
    private static readonly string[] Names = ["a", "A", "b", "c", "$Default", "$DEFAULT"];

    private enum Verb
    {
        Add,
        Remove,
        RestartFromLog,
        RestartFromSnapshot,
    }

    private static readonly Gen<(Verb Verb, string Name, int Number)[]> Steps = Gen.Select(
        Gen.Frequency(
            (4, Gen.Const(Verb.Add)),
            (4, Gen.Const(Verb.Remove)),
            (1, Gen.Const(Verb.RestartFromLog)),
            (1, Gen.Const(Verb.RestartFromSnapshot))),
        Gen.Int[0, Names.Length - 1].Select(index => Names[index]),
        Gen.Int[0, 3]).Array[0, 40];

    [Fact]
    public void Rules_are_as_the_model_says_however_often_the_broker_restarts() =>
        Gen.Select(Steps, Gen.Bool).Sample((steps, isConfigured) =>
        {
            RuleDefinition[] configured = isConfigured ? [Rule("a", 9), Rule("b", 9)] : [];
            var model = new List<RuleDefinition>(isConfigured ? configured : [RuleDefinition.Default]);
            var run = new Run(configured);
            foreach (var (verb, name, number) in steps)
            {
                switch (verb)
                {
                    case Verb.Add:
                        var isNew = !model.Exists(rule => Same(rule.Name, name));
                        Assert.Equal(isNew ? null : BrokerErrorCode.AlreadyExists, run.Add(Rule(name, number)));
                        model.AddRange(isNew ? [Rule(name, number)] : []);
                        break;
                    case Verb.Remove:
                        var isThere = model.RemoveAll(rule => Same(rule.Name, name)) > 0;
                        Assert.Equal(isThere ? null : BrokerErrorCode.NotFound, run.Remove(name));
                        break;
                    default:
                        run.Restart(verb == Verb.RestartFromSnapshot);
                        break;
                }

                Assert.Equal(model, run.Rules.List(0, 100));
            }
        });

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    private static RuleDefinition Rule(string name, int number) =>
        MessageFilter.TryParseSql($"number = {number}", out var filter, out var error)
            ? new RuleDefinition(name, filter)
            : throw new ArgumentException(error);

    /// <summary>A broker over its restarts, and what it wrote so far.</summary>
    private sealed class Run
    {
        private readonly NamespaceDefinition _definition;
        private ManualJournal _journal = new();
        private List<BrokerRecord> _records = [];
        private MessageBroker _broker;

        public Run(IReadOnlyList<RuleDefinition> configured)
        {
            var subscription = new SubscriptionDefinition(BrokerFixture.Queue("s"), configured);
            _definition = new NamespaceDefinition
            {
                Topics = [new TopicDefinition { Name = "t", Subscriptions = [subscription] }],
            };
            _broker = Restore();
        }

        public SubscriptionRules Rules => _broker.TryFind("t/Subscriptions/s", out var entity)
            ? ((MessageQueue)entity).Rules!
            : throw new InvalidOperationException("The subscription is gone.");

        public BrokerErrorCode? Add(RuleDefinition rule) => Finish(Rules.AddAsync(rule));

        public BrokerErrorCode? Remove(string name) => Finish(Rules.RemoveAsync(name));

        public void Restart(bool fromSnapshot)
        {
            _records = fromSnapshot
                ? [.. _broker.Capture()]
                : [.. _records, .. _journal.Operations.SelectMany(operation => operation)];
            _broker.Dispose();
            _broker = Restore();
        }

        private MessageBroker Restore()
        {
            _journal = new ManualJournal();
            return MessageBroker.Restore(
                _definition, new BrokerOptions(), TimeProvider.System, Guid.NewGuid, _records, () => _journal, out _);
        }

        private BrokerErrorCode? Finish(Task<BrokerError?> operation)
        {
            _journal.Flush();
            return operation.GetAwaiter().GetResult()?.Code;
        }
    }
}

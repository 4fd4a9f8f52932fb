using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

/// <summary>
/// Generated sequences of operations against a model that is too simple to be wrong: a list of connections, each with a
/// set of groups and the texts that it should have got, in order. After every sequence all outboxes, memberships and
/// listings are compared.
/// </summary>
public sealed class HubCoreModelTests
{
    private static readonly string[] Groups = ["a", "b", "c"];
    private static readonly string[] Users = ["u", "v"];

    private static readonly Gen<Operation> AnyOperation = Gen.Select(
        Gen.Enum<Kind>(), Gen.Int[0, 7], Gen.Int[0, 2], Gen.Bool,
        (kind, connection, group, flag) => new Operation(kind, connection, group, flag));

    private enum Kind
    {
        Open,
        End,
        Join,
        Leave,
        LeaveAll,
        JoinByFilter,
        SendAll,
        SendGroup,
        SendGroupExcept,
        SendUser,
        SendConnection,
        CloseGroup,
    }

    [Fact]
    public void Membership_and_fan_out_are_those_of_the_model() =>
        AnyOperation.Array[0, 60].Sample(operations =>
        {
            var run = new Run();
            for (var i = 0; i < operations.Length; i++) run.Apply(operations[i], $"m{i}");
            run.Compare();
        });

    [Fact]
    public void The_same_calls_give_the_same_frames() =>
        AnyOperation.Array[0, 40].Sample(operations =>
        {
            Assert.Equal(Trace(operations), Trace(operations));
        }, iter: 50);

    private static string Trace(Operation[] operations)
    {
        var run = new Run();
        for (var i = 0; i < operations.Length; i++) run.Apply(operations[i], $"m{i}");
        return run.Trace.ToString();
    }

    private sealed record Operation(Kind Kind, int Connection, int Group, bool Flag);

    private sealed class Model(HubConnection real)
    {
        public HubConnection Real { get; } = real;

        public SortedSet<string> Groups { get; } = [];

        public List<string> Expected { get; } = [];

        public bool Open { get; set; } = true;
    }

    private sealed class Run
    {
        private readonly HubCore _hub;
        private readonly List<Model> _all = [];
        private readonly List<Model> _slots = [];

        public Run()
        {
            var name = HubName.Parse("hub");
            _hub = new HubCore(name, new HubLimits(), new FakeTimeProvider());
        }

        public StringBuilder Trace { get; } = new();

        public void Apply(Operation operation, string text)
        {
            var model = _slots.ElementAtOrDefault(operation.Connection);
            var group = Groups[operation.Group];
            switch (operation.Kind)
            {
                case Kind.Open:
                    Open(operation);
                    break;
                case Kind.SendAll:
                    Send(Target.All, SendScope.Everyone, text, _ => true);
                    break;
                case Kind.SendGroup:
                    Send(new Target.Group(Name(group)), SendScope.Everyone, text, other => other.Groups.Contains(group));
                    break;
                case Kind.SendUser:
                    var user = Users[operation.Group % 2];
                    Send(new Target.User(user), SendScope.Everyone, text, other => other.Real.UserId == user);
                    break;
                case Kind.CloseGroup:
                    _hub.EndAll(new Target.Group(Name(group)), SendScope.Everyone, ConnectionEnd.ByServer("group"));
                    foreach (var member in _all.Where(other => other.Groups.Contains(group))) Forget(member);
                    break;
                case Kind.JoinByFilter:
                    // The filter looks at what joining changes: those chosen are those who passed before it.
                    var chosen = _all.Where(other => other.Open && !other.Groups.Contains(group)).ToList();
                    _hub.AddToGroups(
                        Target.All, new SendScope(null, subject => !subject.IsInGroup(group)), [Name(group), Name("c")]);
                    foreach (var member in chosen) member.Groups.UnionWith([group, "c"]);
                    break;
                default:
                    if (model is not null) ApplyTo(model, operation, group, text);
                    break;
            }
        }

        public void Compare()
        {
            foreach (var model in _all) Assert.Equal(model.Expected, TextsOf(model.Real));
            foreach (var group in Groups)
            {
                var members = _all.Where(model => model.Groups.Contains(group)).Select(model => model.Real.Id).ToList();
                Assert.Equal(members, ListInPages(Name(group)));
                Assert.Equal(members.Count > 0, _hub.Exists(new Target.Group(Name(group))));
            }

            Assert.Equal(_all.Count(model => model.Open), _hub.ConnectionCount);
            foreach (var user in Users)
            {
                Assert.Equal(
                    _all.Exists(model => model.Open && model.Real.UserId == user), _hub.Exists(new Target.User(user)));
            }
        }

        private static GroupName Name(string group) =>
            GroupName.Parse(group);

        private static void Forget(Model model)
        {
            model.Open = false;
            model.Groups.Clear();
        }

        private static List<string> TextsOf(HubConnection connection)
        {
            var texts = new List<string>();
            while (connection.Outbox.TryDequeue(out var frame, out _)) texts.Add(Encoding.UTF8.GetString(frame.Bytes.Span));
            return texts;
        }

        private void Open(Operation operation)
        {
            var id = $"c{_all.Count}";
            var group = Groups[operation.Group];
            var real = _hub.TryOpen(new ConnectionSpec
            {
                ConnectionId = id,
                UserId = operation.Flag ? Users[operation.Group % 2] : null,
                Groups = operation.Flag ? [Name(group)] : [],
                Roles = ["webpubsub.sendToGroup", "webpubsub.joinLeaveGroup"],
            });
            var model = new Model(real!);
            if (operation.Flag) model.Groups.Add(group);
            _all.Add(model);
            if (_slots.Count < 8) _slots.Add(model);
            else _slots[operation.Connection] = model;
        }

        private void ApplyTo(Model model, Operation operation, string group, string text)
        {
            var one = new Target.Connection(model.Real.Id);
            switch (operation.Kind)
            {
                case Kind.End:
                    Assert.Equal(model.Open, _hub.End(model.Real, ConnectionEnd.ByServer("end")));
                    Forget(model);
                    break;
                case Kind.Join:
                    if (operation.Flag) _hub.JoinAsClient(model.Real, Name(group));
                    else _hub.AddToGroups(one, SendScope.Everyone, [Name(group)]);
                    if (model.Open) model.Groups.Add(group);
                    break;
                case Kind.Leave:
                    if (operation.Flag) _hub.LeaveAsClient(model.Real, Name(group));
                    else _hub.RemoveFromGroups(one, SendScope.Everyone, [Name(group)]);
                    model.Groups.Remove(group);
                    break;
                case Kind.LeaveAll:
                    _hub.RemoveFromGroups(one, SendScope.Everyone, null);
                    model.Groups.Clear();
                    break;
                case Kind.SendConnection:
                    Send(one, SendScope.Everyone, text, other => other == model);
                    break;
                case Kind.SendGroupExcept:
                    var excluded = new HashSet<string> { model.Real.Id };
                    Send(
                        new Target.Group(Name(group)),
                        new SendScope(excluded, null),
                        text,
                        other => other != model && other.Groups.Contains(group));
                    break;
            }
        }

        private void Send(Target target, SendScope scope, string text, Func<Model, bool> gets)
        {
            var data = new MessageData(MessageDataType.Text, Encoding.UTF8.GetBytes(text));
            var taken = _hub.Send(target, scope, Delivery.FromServer(data));
            var receivers = _all.Where(model => model.Open && gets(model)).ToList();
            foreach (var receiver in receivers) receiver.Expected.Add(text);
            Assert.Equal(receivers.Count, taken);
            Trace.Append(text).Append('>').AppendJoin(',', receivers.Select(model => model.Real.Id)).Append(';');
        }

        private List<string> ListInPages(GroupName group)
        {
            var ids = new List<string>();
            long? after = 0;
            while (after is { } ordinal)
            {
                var page = _hub.ListMembers(group, ordinal, 2);
                ids.AddRange(page.Members.Select(member => member.ConnectionId));
                after = page.Next;
            }

            return ids;
        }
    }
}

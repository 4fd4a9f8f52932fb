using System.Text;
using ServerlessGateway.Emulators.Faults;

namespace ServerlessGateway.Unit.Tests.EmulatorFaults;

/// <summary>Kinds of an emulator that exists only here.</summary>
internal static class Kinds
{
    public static readonly FaultKind Lose = new("lose")
    {
        Targets = [new("user"), new("path") { IgnoresCase = true }, new("type") { Values = ["a", "b"] }],
    };

    public static readonly FaultKind Slow = new("slow") { Targets = [new("user")], Delay = TimeSpan.FromSeconds(1) };

    public static readonly FaultKind Refuse = new("refuse") { Status = 503 };

    public static readonly FaultKind Cut = new("cut") { Targets = [new("user")], IsAct = true };

    public static readonly FaultPlanReader Reader = new([Lose, Slow, Refuse, Cut]);

    public static FaultPlan Read(string json) => Reader.Read(Encoding.UTF8.GetBytes(json));

    public static ActiveRule Rule(string json) => new(Read(json).Rules[0]);

    /// <summary>What a rule decides on occasions that concern nobody in particular.</summary>
    public static bool[] Decide(ActiveRule rule, int occasions) =>
        [.. Enumerable.Range(0, occasions).Select(_ => rule.Strikes([]))];
}

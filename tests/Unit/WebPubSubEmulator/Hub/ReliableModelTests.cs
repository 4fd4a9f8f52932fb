using CsCheck;
using ServerlessGateway.WebPubSubEmulator.Hub;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.Hub;

/// <summary>
/// Generated histories of one reliable connection: messages with and without an end to their worth, lost sockets, takeovers,
/// acknowledgements old and new, waiting. Whatever happens in between, the client sees every message once and in order,
/// but for those whose time was over; what comes again is what it had; and the connection ends when the model says so.
/// </summary>
public sealed class ReliableModelTests
{
    private static readonly Gen<(Step Step, int Amount)[]> AnyHistory = Gen.Select(
        Gen.Frequency(
            (5, Gen.Const(Step.Send)),
            (2, Gen.Const(Step.SendForAWhile)),
            (5, Gen.Const(Step.Receive)),
            (3, Gen.Const(Step.Acknowledge)),
            (1, Gen.Const(Step.AcknowledgeOld)),
            (1, Gen.Const(Step.AcknowledgeUnsent)),
            (2, Gen.Const(Step.LoseSocket)),
            (3, Gen.Const(Step.Recover)),
            (2, Gen.Const(Step.Wait))),
        Gen.Int[1, 4]).Array[0, 80];

    private enum Step
    {
        Send,
        SendForAWhile,
        Receive,
        Acknowledge,
        AcknowledgeOld,
        AcknowledgeUnsent,
        LoseSocket,
        Recover,
        Wait,
    }

    [Theory]
    [InlineData(ClientProtocol.Json)]
    [InlineData(ClientProtocol.Protobuf)]
    internal void Every_message_arrives_once_and_in_order_until_the_connection_ends(ClientProtocol protocol) =>
        AnyHistory.Sample(
            history =>
            {
                var run = new ReliableRun(protocol);
                foreach (var (step, amount) in history)
                {
                    Apply(run, step, amount);
                    run.CompareEnd();
                }

                run.Finish();
            },
            iter: 2000);

    private static void Apply(ReliableRun run, Step step, int amount)
    {
        switch (step)
        {
            case Step.Send:
                run.Send(amount, ttlSeconds: 0);
                break;
            case Step.SendForAWhile:
                run.Send(amount, ttlSeconds: 10);
                break;
            case Step.Receive:
                run.Receive(amount);
                break;
            case Step.Acknowledge:
                run.Acknowledge(run.Received);
                break;
            case Step.AcknowledgeOld:
                run.Acknowledge(run.Received > (ulong)amount ? run.Received - (ulong)amount : 0);
                break;
            case Step.AcknowledgeUnsent:
                // Only a client that has all there is may say so without losing something by its own fault.
                if (run.HasAll) run.Acknowledge(ulong.MaxValue);
                break;
            case Step.LoseSocket:
                run.LoseSocket();
                break;
            case Step.Recover:
                run.Recover();
                break;
            case Step.Wait:
                run.Wait(TimeSpan.FromSeconds(4 * amount));
                break;
        }
    }
}

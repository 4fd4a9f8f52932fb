namespace ServerlessGateway.ServiceBusEmulator.Broker;

/// <summary>What a queue holds at one moment.</summary>
/// <param name="Available">Messages that wait for a receiver.</param>
/// <param name="Locked">Messages that a receiver holds.</param>
/// <param name="Deferred">Messages set aside.</param>
/// <param name="Scheduled">Messages not yet due.</param>
/// <param name="Bytes">What all of them count against the quota.</param>
public readonly record struct QueueCounts(int Available, int Locked, int Deferred, int Scheduled, long Bytes);

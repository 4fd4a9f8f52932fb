using ServerlessGateway.Emulators.Faults;
using ServerlessGateway.ServiceBusEmulator.Amqp;
using ServerlessGateway.ServiceBusEmulator.Broker;
using ServerlessGateway.ServiceBusEmulator.Journal;

namespace ServerlessGateway.ServiceBusEmulator;

/// <summary>How one emulator runs.</summary>
internal sealed record ServiceBusEmulatorOptions
{
    /// <summary>The queues and topics.</summary>
    public required NamespaceDefinition Namespace { get; init; }

    /// <summary>The AMQP port on 127.0.0.1; 0 takes any that is free.</summary>
    public int Port { get; init; }

    /// <summary>The HTTP port on 127.0.0.1; 0 takes any that is free.</summary>
    public int HttpPort { get; init; }

    /// <summary>The journal; while it has no folder, everything is kept in memory only.</summary>
    public JournalOptions Journal { get; init; } = new() { Directory = string.Empty };

    /// <summary>What goes wrong from the start on; nothing by default.</summary>
    public FaultPlan? Faults { get; init; }

    public SharedAccessKey Key { get; init; } = SharedAccessKey.WellKnown;

    public AmqpLimits Limits { get; init; } = new();

    public BrokerOptions Broker { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes lock tokens, and ids for messages that come without.</summary>
    public Func<Guid> NewId { get; init; } = Guid.NewGuid;

    /// <summary>Whether the log goes to standard error; tests keep it silent.</summary>
    public bool LogToConsole { get; init; }
}

namespace ServerlessGateway.ServiceBusEmulator.Amqp;

/// <summary>The descriptors of a message's sections.</summary>
internal enum SectionCode
{
    Header = 0x70,
    DeliveryAnnotations = 0x71,
    MessageAnnotations = 0x72,
    Properties = 0x73,
    ApplicationProperties = 0x74,
    Data = 0x75,
    Sequence = 0x76,
    Value = 0x77,
    Footer = 0x78,
}

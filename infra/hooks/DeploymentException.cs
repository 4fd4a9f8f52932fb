namespace ServerlessGateway.Deployment;

/// <summary>A step can not go on; the message says what is wrong and what to do.</summary>
internal sealed class DeploymentException(string message) : Exception(message);

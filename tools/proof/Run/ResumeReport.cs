namespace ServerlessGateway.Proof.Run;

/// <summary>One resume.</summary>
/// <param name="Subscriber">Whose.</param>
/// <param name="From">The instance before.</param>
/// <param name="To">The instance after.</param>
/// <param name="Ms">From the loss (or the return) until every channel was live again.</param>
/// <param name="How"><c>same client</c> or <c>new client</c>.</param>
public sealed record ResumeReport(string Subscriber, string From, string To, double Ms, string How);

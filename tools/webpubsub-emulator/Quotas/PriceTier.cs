namespace ServerlessGateway.WebPubSubEmulator.Quotas;

/// <summary>
/// The price tiers of the service, with the numbers of units that each can be bought in and what a unit holds.
/// https://learn.microsoft.com/azure/azure-web-pubsub/concept-billing-model
/// </summary>
internal sealed record PriceTier(string Name, IReadOnlyList<int> Units, int ConnectionsPerUnit, long? MessagesPerDay)
{
    private const int PaidConnectionsPerUnit = 1000;

    private static readonly int[] UpTo100 = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

    public static IReadOnlyList<PriceTier> All { get; } =
    [
        new("Free_F1", [1], 20, 20_000),
        new("Standard_S1", UpTo100, PaidConnectionsPerUnit, null),
        new("Premium_P1", UpTo100, PaidConnectionsPerUnit, null),
        new("Premium_P2", [.. Enumerable.Range(1, 10).Select(hundreds => hundreds * 100)], PaidConnectionsPerUnit, null),
    ];

    /// <summary>The quotas of an instance; one that cannot be bought is a <see cref="FormatException"/>.</summary>
    public static QuotaOptions QuotasOf(string name, int? units)
    {
        var tier = All.FirstOrDefault(tier => tier.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new FormatException($"--sku is '{name}'; it must be {string.Join(", ", All.Select(tier => tier.Name))}.");
        var count = units ?? tier.Units[0];
        if (!tier.Units.Contains(count))
        {
            throw new FormatException(
                $"--units is {count}; {tier.Name} comes in {string.Join(", ", tier.Units)}.");
        }

        return new QuotaOptions
        {
            Connections = count * tier.ConnectionsPerUnit,
            MessagesPerDay = tier.MessagesPerDay,
        };
    }
}

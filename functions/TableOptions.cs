namespace ServerlessGateway;

/// <summary>Where the tables are. Section <c>Gateway:Tables</c>; one of the two ways must be set.</summary>
internal sealed class TableOptions : IGatewayOptions
{
    public static string SectionName => "Gateway:Tables";

    /// <summary>
    /// In the cloud: the table endpoint of the account, <c>https://NAME.table.core.windows.net</c>, with the process's
    /// own identity.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Locally: the account's connection string. A secret.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How long one request to the store may take. Default 5 s; 1 to 30 s.</summary>
    public TimeSpan NetworkTimeout { get; set; } = TimeSpan.FromSeconds(5);

    public void Validate(OptionsReport report)
    {
        report.Require(Endpoint is null != string.IsNullOrEmpty(ConnectionString),
            $"{nameof(Endpoint)} or {nameof(ConnectionString)}", null, "exactly one of the two");
        report.Require(Endpoint is null || Endpoint.IsAbsoluteUri, nameof(Endpoint), Endpoint?.OriginalString, "an absolute address");
        report.Range(nameof(NetworkTimeout), NetworkTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }
}

namespace ServerlessGateway;

/// <summary>Where the tables are. Section <c>Gateway:Storage</c>; one of the two ways must be set.</summary>
internal sealed class StorageOptions : IGatewayOptions
{
    public static string SectionName => "Gateway:Storage";

    /// <summary>In the cloud: the table endpoint of the account, <c>https://NAME.table.core.windows.net</c>, with the process's own identity.</summary>
    public Uri? TableEndpoint { get; set; }

    /// <summary>Locally: the account's connection string. A secret.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How long one request to the store may take. Default 5 s; 1 to 30 s.</summary>
    public TimeSpan NetworkTimeout { get; set; } = TimeSpan.FromSeconds(5);

    public void Validate(OptionsReport report)
    {
        report.Require(TableEndpoint is null != string.IsNullOrEmpty(ConnectionString),
            $"{nameof(TableEndpoint)} or {nameof(ConnectionString)}", null, "exactly one of the two");
        report.Require(TableEndpoint is null || TableEndpoint.IsAbsoluteUri, nameof(TableEndpoint), TableEndpoint?.OriginalString, "an absolute address");
        report.Range(nameof(NetworkTimeout), NetworkTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }
}

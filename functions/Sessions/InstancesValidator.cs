using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using ServerlessGateway.Instances;

namespace ServerlessGateway.Sessions;

/// <summary>
/// Checks each configured instance: what is wrong with one would otherwise show when its first client comes.
/// </summary>
internal sealed class InstancesValidator(IConfiguration configuration) : IValidateOptions<InstancesOptions>
{
    private static readonly string[] Known = [.. typeof(InstanceOptions).GetProperties().Select(property => property.Name)];

    public ValidateOptionsResult Validate(string? name, InstancesOptions options)
    {
        var failures = new List<string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < options.Instances.Count; at++)
        {
            var section = $"{InstancesOptions.SectionName}:{nameof(InstancesOptions.Instances)}:{at}";
            var instance = options.Instances[at];
            var report = new OptionsReport(section);
            report.Require(InstanceName.TryParse(instance.Name, out _) && names.Add(instance.Name), nameof(instance.Name), instance.Name,
                "1 to 32 of a-z, 0-9 and '-', beginning with a letter, each name once");
            report.Require(instance.Endpoint is null != string.IsNullOrEmpty(instance.ConnectionString),
                $"{nameof(instance.Endpoint)} or {nameof(instance.ConnectionString)}", null, "exactly one of the two");
            report.Require(instance.Endpoint is null or { IsAbsoluteUri: true }, nameof(instance.Endpoint),
                instance.Endpoint?.OriginalString, "an absolute address");
            report.Require(string.IsNullOrEmpty(instance.ConnectionString) || IsReadable(instance), nameof(instance.ConnectionString),
                "(not shown)", "Endpoint=ADDRESS;AccessKey=KEY;Version=1.0;");
            report.Require(string.IsNullOrEmpty(instance.ObjectId) || Guid.TryParse(instance.ObjectId, out _), nameof(instance.ObjectId),
                instance.ObjectId, "a GUID");
            report.UnknownKeys(configuration.GetSection(section), Known);
            failures.AddRange(report.Result.Failures ?? []);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsReadable(InstanceOptions instance)
    {
        try
        {
            return InstanceConnection.Read(instance).Keys.Count > 0;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return false;
        }
    }
}

using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessGateway.AzureSdk.FunctionsWorker.Functions;

internal static class StableId
{
    /// <summary>Derives a function's id from where it stands, as the SDK's generated metadata does.</summary>
    public static string Of(string name, MethodInfo method)
    {
        var place = $"{name}|{method.DeclaringType?.Assembly.GetName().Name}|{method.DeclaringType?.FullName}.{method.Name}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(place));
        return BitConverter.ToUInt32(hash).ToString(CultureInfo.InvariantCulture);
    }
}

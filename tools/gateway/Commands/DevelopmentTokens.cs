using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.LocalCloud;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>Tokens of the local stack: what an application's own issuer does in the cloud.</summary>
internal static class DevelopmentTokens
{
    /// <summary>A token of a user with capabilities by pattern.</summary>
    public static string Create(
        StackOptions options, string user, IReadOnlyDictionary<string, string[]> capabilities, TimeSpan lifetime) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.TokenIssuer,
            Audience = options.TokenAudience,
            Expires = DateTime.UtcNow + lifetime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = user,
                ["capabilities"] = capabilities.ToDictionary(pair => pair.Key, pair => (object)pair.Value),
            },
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(options.TokenKey)), SecurityAlgorithms.HmacSha256),
        });

    /// <summary>A token that may do everything everywhere.</summary>
    public static string CreateForAll(StackOptions options, string user) => Create(
        options, user, new Dictionary<string, string[]> { ["*"] = ["subscribe", "publish"] }, TimeSpan.FromHours(8));
}

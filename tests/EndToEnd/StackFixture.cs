using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServerlessGateway.Client;
using ServerlessGateway.LocalCloud;
using ServerlessGateway.LocalCloud.Faults;

namespace ServerlessGateway.EndToEnd.Tests;

/// <summary>
/// The real stack in real processes, shared by the tests of a collection; each test has channels and users of its own. Two cores carry one stack at a
/// time, so stacks of this machine wait for each other.
/// </summary>
public sealed class StackFixture : IAsyncLifetime
{
    /// <summary>For hangs only; nothing is asserted about time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private FileLock? _turn;

    public Stack Stack { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        _turn = await FileLock.AcquireAsync(Path.Combine(Path.GetTempPath(), "serverless-gateway-stack.lock"), patience.Token);
        Stack = await Stack.StartAsync(new StackOptions(), Repository.Find(), new Progress<string>(), patience.Token);
        Faults = new StackFaults(Stack);
    }

    public async Task DisposeAsync()
    {
        Faults?.Dispose();
        await Stack.DisposeAsync();
        await _turn!.DisposeAsync();
    }

    /// <summary>A token of the stack's issuer.</summary>
    public string TokenOf(string user, string pattern = "*", params string[] operations) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Stack.Options.TokenIssuer,
            Audience = Stack.Options.TokenAudience,
            Expires = DateTime.UtcNow.AddHours(1),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = user,
                ["capabilities"] = new Dictionary<string, object>
                {
                    [pattern] = operations.Length == 0 ? (string[])["subscribe", "publish"] : operations,
                },
            },
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Stack.Options.TokenKey)), SecurityAlgorithms.HmacSha256),
        });

    /// <summary>A client of a user, on an instance where one is named.</summary>
    public GatewayClient CreateClient(string user, string? instance = null) => new(new GatewayClientOptions
    {
        Endpoint = Stack.Endpoint,
        GetToken = _ => ValueTask.FromResult(TokenOf(user)),
        AvoidInstances = instance is null ? [] : [.. Stack.Options.Instances.Where(name => name != instance)],
    });

    /// <summary>What goes wrong on command.</summary>
    public StackFaults Faults { get; private set; } = null!;
}

[CollectionDefinition(Name)]
public sealed class StackCollection : ICollectionFixture<StackFixture>
{
    public const string Name = "stack";
}

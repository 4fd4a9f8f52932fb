using System.CommandLine;
using System.CommandLine.Parsing;
using ServerlessGateway.Client;
using ServerlessGateway.LocalCloud;

namespace ServerlessGateway.CommandLine.Commands;

/// <summary>Which gateway a command talks to: the local stack that runs, or the one named.</summary>
internal sealed class GatewayTarget
{
    private readonly Option<Uri?> _endpoint = new("--endpoint")
    {
        Description = "The gateway's address. Without it: the local stack started by `gateway up`.",
        CustomParser = ParseEndpoint,
    };

    private readonly Option<string?> _token = new("--token") { Description = "The token to present. Without it: one for the local stack that may do everything." };
    private readonly Option<string> _user = new("--user") { Description = "The user of the local token.", DefaultValueFactory = _ => "developer" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_endpoint);
        command.Add(_token);
        command.Add(_user);
    }

    /// <summary>A client of that gateway.</summary>
    /// <exception cref="LocalCloudException">No endpoint was named, and no local stack runs.</exception>
    public GatewayClient CreateClient(ParseResult result)
    {
        var endpoint = result.GetValue(_endpoint);
        if (endpoint is null)
        {
            var state = LocalState.Read(Repository.Find()) ?? throw new LocalCloudException(
                "No local stack is running.", "Start one with `dotnet run --project tools/gateway -- up`, or name one with --endpoint.");
            endpoint = new Uri(state.Gateway);
        }

        var token = result.GetValue(_token) ?? DevelopmentTokens.CreateForAll(new StackOptions(), result.GetValue(_user)!);
        return new GatewayClient(new GatewayClientOptions { Endpoint = endpoint, GetToken = _ => ValueTask.FromResult(token) });
    }

    private static Uri? ParseEndpoint(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is ("http" or "https"))
        {
            return endpoint;
        }

        result.AddError($"--endpoint is '{text}'; it must be an absolute http or https address.");
        return null;
    }
}

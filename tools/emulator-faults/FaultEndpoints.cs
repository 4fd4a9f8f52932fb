using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ServerlessGateway.Emulators.Faults;

/// <summary>
/// <c>/faults</c>: PUT replaces what is in force, POST adds to it, GET reads it with its counts, DELETE ends it. For this
/// machine only: whoever comes from elsewhere, or through something that forwards for others, is refused.
/// </summary>
/// <param name="engine">The faults in force.</param>
/// <param name="reader">Reads what is put.</param>
/// <param name="logger">Told of every change.</param>
public sealed partial class FaultEndpoints(FaultEngine engine, FaultPlanReader reader, ILogger<FaultEndpoints> logger)
{
    /// <summary>The path.</summary>
    public const string Path = "/faults";

    /// <summary>The largest plan: a hundred rules with long targets.</summary>
    private const int MaxPlanBytes = 256 * 1024;

    /// <summary>Maps the path.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.Map(Path, HandleAsync);

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (!IsLocal(context))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "NotLocal",
                "Faults are commanded from the machine of the emulator only.");
            return;
        }

        switch (context.Request.Method)
        {
            case "PUT":
                await PutAsync(context, engine.ReplaceAsync);
                break;
            case "POST":
                await PutAsync(context, engine.AddAsync);
                break;
            case "DELETE":
                engine.Clear();
                LogChange(0);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "GET":
                await ReportAsync(context);
                break;
            default:
                context.Response.Headers.Allow = "GET, PUT, POST, DELETE";
                await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed",
                    $"{context.Request.Method} is not known here; known are GET, PUT, POST, DELETE.");
                break;
        }
    }

    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For")
        && !context.Request.Headers.ContainsKey("Forwarded");

    private async Task PutAsync(HttpContext context, Func<FaultPlan, Task> put)
    {
        try
        {
            var json = await ReadBodyAsync(context.Request, context.RequestAborted);
            await put(reader.Read(json));
        }
        catch (FaultPlanException problem)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new
            {
                error = new { problem.Code, problem.Message, problem.Key, problem.Value, problem.Limit },
            });
            return;
        }

        LogChange(engine.Report().Count);
        await ReportAsync(context);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            whole.Write(buffer, 0, read);
            if (whole.Length > MaxPlanBytes)
            {
                throw new FaultPlanException("OutOfRange", "The plan", "too long", $"up to {MaxPlanBytes} bytes are allowed");
            }
        }

        return whole.ToArray();
    }

    private Task ReportAsync(HttpContext context) => context.Response.WriteAsJsonAsync(new { rules = engine.Report() });

    private static Task RefuseAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { code, message } });
    }

    [LoggerMessage(3901, LogLevel.Warning, "Fault rules in force: {Rules}", EventName = "FaultsChanged")]
    private partial void LogChange(int rules);
}

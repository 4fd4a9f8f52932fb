using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessGateway.Observability;

namespace ServerlessGateway.Unit.Tests.Observability;

public sealed class RequestLogTests
{
    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", false)]
    [InlineData("Microsoft.AspNetCore.Routing.EndpointMiddleware", false)]
    [InlineData("ServerlessGateway.Requests", true)]
    public void Requests_are_not_logged_one_by_one(string category, bool expected)
    {
        using var services = new ServiceCollection()
            .AddObservability()
            .AddLogging(logging => logging.AddProvider(new Everything()))
            .BuildServiceProvider();

        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

        Assert.Equal((expected, true), (log.IsEnabled(LogLevel.Information), log.IsEnabled(LogLevel.Warning)));
    }

    private sealed class Everything : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Only what is enabled is asked about.
        }

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}

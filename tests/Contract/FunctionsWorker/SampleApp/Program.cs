using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServerlessGateway.Contract.SampleApp;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSingleton<EventLog>();
builder.Services.AddSingleton<Gates>();
builder.Services.AddSingleton<Attempts>();
builder.Services.AddScoped<ScopeMarker>();
builder.Services.AddHostedService<StopWatcher>();
builder.Build().Run();

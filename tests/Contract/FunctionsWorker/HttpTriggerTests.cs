using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ServerlessGateway.Contract.Tests.FunctionsWorker;

/// <summary>HTTP functions: routes, methods, keys, results, scopes.</summary>
public sealed class HttpTriggerTests(SharedSampleApp shared) : IClassFixture<SharedSampleApp>, IAsyncLifetime
{
    private readonly SampleApp _app = shared.App;

    public Task InitializeAsync() => _app.ForgetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Routes_stand_below_the_prefix_of_host_json_and_default_to_the_name()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "prefix/plain"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "api/plain"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "plain"));
    }

    [Fact]
    public async Task Without_methods_every_method_is_answered_and_with_them_no_other()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Delete, "prefix/plain"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Options, "prefix/items/1"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(HttpMethod.Post, "prefix/items/1"));
    }

    [Fact]
    public async Task Route_values_bind_by_name_and_constraints_hold()
    {
        using var response = await _app.Http.GetAsync("prefix/items/12/second");

        Assert.Equal("12 second", await response.Content.ReadAsStringAsync());
        Assert.Equal("items", response.Headers.GetValues("x-function").Single());
        Assert.Equal("7 none", await _app.Http.GetStringAsync("prefix/items/7"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "prefix/items/twelve"));
    }

    [Theory]
    [InlineData("function-level", null, HttpStatusCode.Unauthorized)]
    [InlineData("function-level", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("function-level", SampleApp.HostKey, HttpStatusCode.OK)]
    [InlineData("function-level", SampleApp.MasterKey, HttpStatusCode.OK)]
    [InlineData("admin-level", null, HttpStatusCode.Unauthorized)]
    [InlineData("admin-level", SampleApp.HostKey, HttpStatusCode.Unauthorized)]
    [InlineData("admin-level", SampleApp.MasterKey, HttpStatusCode.OK)]
    public async Task A_level_is_opened_by_its_own_key_or_the_master_key(string route, string? key, HttpStatusCode expected)
    {
        var query = key is null ? "" : $"?code={key}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"prefix/{route}");
        if (key is not null)
        {
            request.Headers.Add("x-functions-key", key);
        }

        using var byHeader = await _app.Http.SendAsync(request);

        Assert.Equal(expected, byHeader.StatusCode);
        Assert.Equal(expected, await StatusAsync(HttpMethod.Get, $"prefix/{route}{query}"));
    }

    [Fact]
    public async Task The_key_in_the_header_wins_over_the_key_in_the_query()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"prefix/function-level?code={SampleApp.HostKey}");
        request.Headers.Add("x-functions-key", "wrong");

        using var response = await _app.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Action_results_and_no_result_are_written()
    {
        var plain = await _app.Http.GetFromJsonAsync<JsonElement>("prefix/plain");
        using var nothing = await _app.Http.GetAsync("prefix/nothing");

        Assert.Equal("GET", plain.GetProperty("method").GetString());
        Assert.Equal(HttpStatusCode.OK, nothing.StatusCode);
        Assert.Empty(await nothing.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task What_a_balancer_says_of_the_caller_is_believed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "prefix/plain");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "gateway.example");

        using var response = await _app.Http.SendAsync(request);

        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("https://gateway.example", body.GetProperty("url").GetString());
    }

    [Fact]
    public async Task A_function_that_throws_answers_500_and_tells_nothing()
    {
        using var response = await _app.Http.GetAsync("prefix/fails");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Each_execution_has_one_scope_that_ends_with_it()
    {
        var first = await _app.Http.GetFromJsonAsync<JsonElement>("prefix/scope");
        var second = await _app.Http.GetFromJsonAsync<JsonElement>("prefix/scope");

        var marker = first.GetProperty("injected").GetString()!;
        Assert.Equal(marker, first.GetProperty("ofContext").GetString());
        Assert.Equal(marker, first.GetProperty("ofRequest").GetString());
        Assert.NotEqual(marker, second.GetProperty("injected").GetString());
        Assert.NotEqual(Text(first, "invocationId"), Text(second, "invocationId"));
        Assert.Equal(Text(first, "functionId"), Text(second, "functionId"));
        Assert.Equal(marker, await _app.NextAsync("scope-ended"));
    }

    [Fact]
    public async Task A_caller_that_leaves_cancels_the_execution()
    {
        using var leave = new CancellationTokenSource();
        var call = _app.Http.GetAsync("prefix/slow/never", leave.Token);
        Assert.Equal("never True", await _app.NextAsync("slow-begun"));

        await leave.CancelAsync();

        Assert.Equal("never", await _app.NextAsync("slow-cancelled"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_disabled_function_is_not_found()
    {
        await using var app = await SampleApp.StartAsync(("AzureWebJobs_plain_Disabled", "1"));

        using var response = await app.Http.GetAsync("prefix/plain");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task An_app_setting_overrides_host_json()
    {
        await using var app = await SampleApp.StartAsync(("AzureFunctionsJobHost__extensions__http__routePrefix", ""));

        using var response = await app.Http.GetAsync("items/3");

        Assert.Equal("3 none", await response.Content.ReadAsStringAsync());
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await _app.Http.SendAsync(request);
        return response.StatusCode;
    }
}

using System.Net.Http.Headers;
using System.Text;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Hosting;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Api.Tests.Support;

/// <summary>The API on a real socket, with a database of its own and, if it is started, a real silo.</summary>
internal sealed class ApiSystem : IAsyncDisposable
{
    public const string OperatorKey = "operator-key-of-the-tests";
    public const string CronSecret = "cron-secret-of-the-tests";

    private readonly WebApplication _app;
    private readonly HttpClient _http;
    private IHost? _silo;

    private ApiSystem(TestDatabase database, WebApplication app, LogLines log, EncryptionKeys keys)
    {
        (Database, _app, Log, Keys) = (database, app, log, keys);
        _http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Timeout.InfiniteTimeSpan };
    }

    public TestDatabase Database { get; }

    public LogLines Log { get; }

    public EncryptionKeys Keys { get; }

    public HttpClient Http => _http;

    public IEnumerable<RouteEndpoint> Endpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public static async Task<ApiSystem> StartAsync(bool silo = true, bool jobsEnabled = true)
    {
        var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var log = new LogLines();
        var keys = EncryptionKeys.Parse(EncryptionKeys.Generate());
        var settings = new ApiSettings
        {
            DatabaseUrl = database.Url, OperatorKey = new OperatorKey(OperatorKey), Keys = keys,
            CronSecret = new CronSecret(CronSecret), FreshCooldown = TimeSpan.FromHours(1), ClusterSecret = TestSilo.Secret, LogLevel = LogLevel.Trace, JobsEnabled = jobsEnabled,
        };
        var app = ApiHost.Build(settings, "http://127.0.0.1:0", builder => builder.Logging.ClearProviders().AddProvider(log));
        await app.StartAsync();
        var system = new ApiSystem(database, app, log, keys);
        if (silo)
            await system.StartSiloAsync();
        return system;
    }

    /// <summary>Starts a silo and waits until the API sees it.</summary>
    public async Task StartSiloAsync()
    {
        _silo = await TestSilo.StartAsync(Database);
        await Eventually.TrueAsync(async () => (await GetAsync("/readyz", null)).Status == 200, "the API is ready");
    }

    public async Task StopSiloAsync()
    {
        await _silo!.StopAsync();
        _silo.Dispose();
        _silo = null;
    }

    public Task<Reply> GetAsync(string path, string? key = OperatorKey) => SendAsync("GET", path, null, key);

    public Task<Reply> PostAsync(string path, string? body = null, string? key = OperatorKey, string mediaType = "application/json") => SendAsync("POST", path, body, key, mediaType);

    public Task<Reply> PutAsync(string path, string body, string? key = OperatorKey) => SendAsync("PUT", path, body, key);

    public Task<Reply> DeleteAsync(string path, string? key = OperatorKey) => SendAsync("DELETE", path, null, key);

    public async Task<Reply> SendAsync(
        string method, string path, string? body, string? key = OperatorKey, string mediaType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (mediaType.Length > 0)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        }

        using var response = await _http.SendAsync(request);
        var reply = await Reply.ReadAsync(response);
        return reply.Status == 500 ? reply with { Why = Log.All.LastOrDefault(line => line.StartsWith("Error", StringComparison.Ordinal)) ?? "" } : reply;
    }

    /// <summary>A tenant with a key of its own.</summary>
    public async Task<TestTenant> TenantAsync()
    {
        var slug = $"t-{Guid.NewGuid():N}"[..12];
        var made = (await PostAsync("/v1/tenants", $$"""{"slug":"{{slug}}","name":"Tenant","currency":"EUR"}""")).Is(201);
        var key = (await PostAsync($"/v1/tenants/{slug}/keys", """{"name":"test"}""")).Is(201);
        return new TestTenant(Guid.Parse(made["id"]!), slug, key["key"]!);
    }

    public async Task<string> AccountAsync(TestTenant tenant, string id = "act_101", bool enabled = true)
    {
        await Database.ExecuteAsync(
            """
            insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name, account_status, enabled)
            values ($1, $2, 'Account', 'EUR', 'Europe/Prague', 1, $3)
            """, tenant.Id, id, enabled);
        return $"{tenant.Url}/accounts/{id}";
    }

    /// <summary>Every row that a request may write, with its version.</summary>
    public async Task<IReadOnlyList<string>> ContentAsync()
    {
        var rows = new List<string>();
        foreach (var table in new[] { "tenants", "api_keys", "integrations", "integration_secrets", "ad_accounts", "account_schedule", "meta_sync_config", "sync_runs", "sync_cursors" })
            rows.AddRange(await Database.RowsAsync($"select '{table}', xmin, r.* from {table} r order by r::text"));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_silo is not null)
            await StopSiloAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>A tenant of a test.</summary>
internal sealed record TestTenant(Guid Id, string Slug, string Key)
{
    public string Url => $"/v1/tenants/{Slug}";
}

/// <summary>The system that most tests share; each makes a tenant of its own.</summary>
public sealed class SharedSystem : IAsyncLifetime
{
    public const string Name = "API";

    internal ApiSystem Api { get; private set; } = null!;

    public async Task InitializeAsync() => Api = await ApiSystem.StartAsync();

    public async Task DisposeAsync() => await Api.DisposeAsync();
}

[CollectionDefinition(SharedSystem.Name)]
public sealed class SharedSystemCollection : ICollectionFixture<SharedSystem>;

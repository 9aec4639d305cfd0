using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using MetaGrains.Api.Reads;
using MetaGrains.Api.Tests.Support;
using MetaGrains.Testing;

namespace MetaGrains.Api.Tests;

/// <summary>Long answers: they come as they are read, end with whoever asked, and never end early unnoticed.</summary>
public sealed class StreamTests(ManyRows rows) : IClassFixture<ManyRows>
{
    private const long MemoryStep = 12 * 1024 * 1024;

    // Not autovacuum, which looks at the new rows when it likes.
    private const string Reading = """
        select count(*) from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and state = 'active' and query like '%meta_insights_daily%' and pid <> pg_backend_pid()
        """;

    private readonly ApiSystem _api = rows.Api;
    private readonly TestTenant _tenant = rows.Tenant;

    [Theory]
    [InlineData("json", "{\"data\":[{\"date\":\"2026-03-02\"")]
    [InlineData("csv", "date,ad_account_id,")]
    public async Task The_first_rows_arrive_while_the_last_are_not_read_and_who_hangs_up_ends_the_query(string format, string start)
    {
        using (var response = await BeginAsync($"format={format}"))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            var first = new byte[1024];
            await body.ReadExactlyAsync(first);

            Assert.StartsWith(start, Encoding.UTF8.GetString(first), StringComparison.Ordinal);
            Assert.Equal(1L, await _api.Database.ScalarAsync<long>(Reading));
        }

        await Eventually.TrueAsync(async () => await _api.Database.ScalarAsync<long>(Reading) == 0, "the query ends with its caller");
        Assert.Single((await _api.GetAsync($"{_tenant.Url}/insights?level=ad&limit=1", _tenant.Key)).Is(200).Data);
    }

    [Fact]
    public async Task However_many_rows_have_passed_none_is_kept()
    {
        using var response = await BeginAsync("format=json");
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1024]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (read, steps, buffer) = (0L, new List<(long Read, long Alive)>(), new byte[64 * 1024]);

        for (int count; (count = await body.ReadAsync(buffer)) > 0; read += count)
        {
            if (read / MemoryStep != (read + count) / MemoryStep)
                steps.Add((read, GC.GetTotalMemory(forceFullCollection: true) - before));
        }

        Assert.True(steps.Count >= 5, $"Only {read} bytes came.");
        // What other tests of this process hold meanwhile comes and goes; rows that were kept would be there at every step.
        Assert.True(
            steps.Exists(step => step.Read > 2 * MemoryStep && step.Alive < step.Read / 2),
            $"Alive after so many bytes have passed: {string.Join(", ", steps)}.");
    }

    [Fact]
    public async Task A_whole_answer_has_every_row_once_and_is_the_same_compressed()
    {
        using var plain = await BeginAsync("format=csv&fields=date,entity_id,spend");
        using var packed = await BeginAsync("format=csv&fields=date,entity_id,spend", gzip: true);

        var text = await plain.Content.ReadAsStringAsync();
        await using var unzipped = new GZipStream(await packed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);

        Assert.Equal(["gzip"], packed.Content.Headers.ContentEncoding);
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", packed.Headers.Vary.Single());
        Assert.Equal(text, await reader.ReadToEndAsync());
        var lines = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ManyRows.Count + 1, lines.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(lines.Skip(1).Order(StringComparer.Ordinal), lines.Skip(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_breaks_in_the_middle_breaks_the_connection_and_is_no_shorter_file(bool gzip)
    {
        using var response = await BeginAsync("format=csv", gzip);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1024]);

        await _api.Database.ExecuteAsync(Reading.Replace("count(*)", "pg_terminate_backend(pid)", StringComparison.Ordinal));

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
        await Eventually.TrueAsync(() => Task.FromResult(_api.Log.All.Any(line => line.StartsWith("Warning A request could not be served", StringComparison.Ordinal))), "the failure is logged");
    }

    [Fact]
    public async Task Rows_and_totals_are_of_one_moment_though_somebody_publishes_in_between()
    {
        using var response = await BeginAsync("fields=spend&totals=true");
        await using var body = await response.Content.ReadAsStreamAsync();
        var first = new byte[1024];
        await body.ReadExactlyAsync(first);
        await _api.Database.ExecuteAsync("update meta_insights_daily set spend = spend + 1 where date = '2026-04-30'");

        using var rest = new StreamReader(body);
        var answer = System.Text.Json.Nodes.JsonNode.Parse(Encoding.UTF8.GetString(first) + await rest.ReadToEndAsync())!;

        Assert.Equal(answer["data"]!.AsArray().Sum(row => (decimal)row!["spend"]!), (decimal)answer["totals"]![0]!["spend"]!);
    }

    [Fact]
    public async Task Too_many_long_answers_at_once_are_refused_for_a_while_and_pages_still_come()
    {
        var open = new List<HttpResponseMessage>();
        for (var number = 0; number < StreamSlots.Most; number++)
            open.Add(await BeginAsync("format=csv"));

        var refused = (await _api.GetAsync($"{_tenant.Url}/insights?level=ad", _tenant.Key)).IsProblem(503);

        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(2, (await _api.GetAsync($"{_tenant.Url}/insights?level=ad&limit=2", _tenant.Key)).Is(200).Data.Count);
        open.ForEach(response => response.Dispose());
        await Eventually.TrueAsync(async () => (await _api.GetAsync($"{_tenant.Url}/insights?level=ad&entity_id=7001", _tenant.Key)).Status == 200, "a place is free again");
    }

    private async Task<HttpResponseMessage> BeginAsync(string query, bool gzip = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_tenant.Url}/insights?level=ad&{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tenant.Key);
        if (gzip)
            request.Headers.AcceptEncoding.ParseAdd("br, gzip;q=0.5");
        var response = await _api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }
}

/// <summary>A system with far more rows than the buffers between PostgreSQL and a caller who does not read take.</summary>
public sealed class ManyRows : IAsyncLifetime
{
    public const int Count = Days * Ads;

    private const int Days = 60;
    private const int Ads = 3_000;

    internal ApiSystem Api { get; private set; } = null!;

    internal TestTenant Tenant { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Api = await ApiSystem.StartAsync(silo: false);
        Tenant = await Api.TenantAsync();
        await Api.AccountAsync(Tenant);
        await FactRows.AdsAsync(Api, Tenant, "act_101", Days, Ads);
        await Api.Database.ExecuteAsync("analyze meta_insights_daily");
    }

    public async Task DisposeAsync() => await Api.DisposeAsync();
}

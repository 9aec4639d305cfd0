using System.IO.Compression;
using System.Text.Json.Nodes;
using MetaGrains.Api.Tests.Support;

namespace MetaGrains.Api.Tests;

/// <summary>What a tenant takes away, and that nothing stays.</summary>
[Collection(SharedSystem.Name)]
public sealed class TenantExportTests(SharedSystem system)
{
    private const string Tables = """
        select format('%I.%I', table_schema, table_name) from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1
        """;

    private ApiSystem Api => system.Api;

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public async Task An_export_is_a_zip_with_a_file_per_table_and_a_manifest_and_no_secret(string format)
    {
        var tenant = await FilledAsync();
        await FilledAsync();

        using var archive = await ExportAsync(tenant, format);

        var manifest = JsonNode.Parse(Text(archive, "manifest.json"))!;
        Assert.Equal(tenant.Id.ToString(), (string?)manifest["tenant"]);
        Assert.Equal(archive.Entries.Select(entry => entry.FullName).SkipLast(1).Order(StringComparer.Ordinal), manifest["files"]!.AsObject().Select(file => file.Key));
        Assert.Equal("manifest.json", archive.Entries[^1].FullName);
        Assert.Equal(6, (int)manifest["files"]![$"meta_insights_daily.{format}"]!);
        Assert.Equal(6 + (format == "csv" ? 1 : 0), Text(archive, $"meta_insights_daily.{format}").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var all = string.Concat(archive.Entries.Select(entry => Text(archive, entry.FullName)));
        Assert.DoesNotContain(tenant.Key, all, StringComparison.Ordinal);
        Assert.DoesNotContain("api_keys", all, StringComparison.Ordinal);
        Assert.DoesNotContain("integration_secrets", all, StringComparison.Ordinal);
        Assert.Equal(
            [$"(tenant.export,\"a key of the tenant\",{tenant.Slug},\"{{\"\"format\"\": \"\"{format}\"\"}}\")"],
            await Api.Database.RowsAsync("select action, actor, target, details from audit_log where tenant_id = $1", tenant.Id));
    }

    [Fact]
    public async Task Nothing_holds_an_erased_tenants_id_or_slug_but_the_row_that_tells_of_it()
    {
        var (tenant, other) = (await FilledAsync(), await FilledAsync());
        (await Api.GetAsync($"{tenant.Url}/export", tenant.Key)).Is(200);
        var before = await CountAsync(other);
        Assert.Contains("public.meta_insights_daily", (await CountAsync(tenant)).Keys);

        var erased = (await Api.DeleteAsync($"{tenant.Url}?erase=now")).Is(200);

        Assert.Equal((tenant.Id.ToString(), tenant.Slug), (erased["tenant_id"], erased["slug"]));
        Assert.Equal((6, 1), ((int)erased.Json["rows"]!["public.meta_insights_daily"]!, (int)erased.Json["rows"]!["public.tenants"]!));
        Assert.Equal(["public.audit_log"], (await CountAsync(tenant)).Keys);
        Assert.Equal(
            [$"(operator,tenant.erase,{tenant.Id},{tenant.Slug},6)"],
            await Api.Database.RowsAsync(
                "select actor, action, target, details ->> 'slug', details -> 'rows' ->> 'public.meta_insights_daily' from audit_log where target = $1", tenant.Id.ToString()));
        Assert.Equal(before, await CountAsync(other));
        (await Api.GetAsync(tenant.Url, tenant.Key)).IsProblem(401);
    }

    [Fact]
    public async Task Erasing_again_answers_with_no_rows_also_after_a_plain_delete_and_by_id()
    {
        var tenant = await FilledAsync();
        (await Api.DeleteAsync(tenant.Url)).Is(204);
        (await Api.GetAsync(tenant.Url)).IsProblem(404);

        var first = (await Api.DeleteAsync($"{tenant.Url}?erase=now")).Is(200);
        var again = (await Api.DeleteAsync($"{tenant.Url}?erase=now")).Is(200);
        var byId = (await Api.DeleteAsync($"/v1/tenants/{tenant.Id}?erase=now")).Is(200);

        Assert.NotEmpty(first.Json["rows"]!.AsObject());
        Assert.Empty(again.Json["rows"]!.AsObject());
        Assert.Equal(first["erased_at"], again["erased_at"]);
        Assert.Equal(again.Text, byId.Text);
        (await Api.DeleteAsync(tenant.Url)).IsProblem(404);
        (await Api.DeleteAsync("/v1/tenants/never-was-there?erase=now")).IsProblem(404);
        (await Api.DeleteAsync("/v1/tenants/a%20b?erase=now")).IsProblem(404);
        (await Api.PostAsync("/v1/tenants", $$"""{"slug":"{{tenant.Slug}}","name":"New","currency":"EUR"}""")).Is(201);
    }

    [Fact]
    public async Task A_tenants_own_key_cannot_erase_it()
    {
        var tenant = await FilledAsync();

        (await Api.DeleteAsync($"{tenant.Url}?erase=now", tenant.Key)).IsProblem(403);

        (await Api.GetAsync(tenant.Url, tenant.Key)).Is(200);
    }

    private async Task<ZipArchive> ExportAsync(TestTenant tenant, string format)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{tenant.Url}/export?format={format}") { Headers = { { "Authorization", $"Bearer {tenant.Key}" } } };
        using var response = await Api.Http.SendAsync(request);
        Assert.Equal("application/zip", response.Content.Headers.ContentType!.MediaType);
        return new ZipArchive(new MemoryStream(await response.Content.ReadAsByteArrayAsync()));
    }

    private static string Text(ZipArchive archive, string name)
    {
        using var reader = new StreamReader(archive.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>Rows by table that hold the tenant's id or slug anywhere.</summary>
    private async Task<SortedDictionary<string, long>> CountAsync(TestTenant tenant)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in (await Api.Database.RowsAsync(Tables)).Select(row => row.Trim('(', ')')))
        {
            if (await Api.Database.ScalarAsync<long>($"select count(*) from {table} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0", tenant.Id.ToString(), tenant.Slug) is > 0 and var rows)
                counts.Add(table, rows);
        }

        return counts;
    }

    private async Task<TestTenant> FilledAsync()
    {
        var tenant = await Api.TenantAsync();
        await Api.AccountAsync(tenant);
        await FactRows.ObjectsAsync(Api, tenant, "act_101");
        await FactRows.AdsAsync(Api, tenant, "act_101", days: 2, ads: 3);
        (await Api.PostAsync($"{tenant.Url}/connections", """{"access_token":"EAABtokenOfAnExport"}""")).Is(202);
        return tenant;
    }
}

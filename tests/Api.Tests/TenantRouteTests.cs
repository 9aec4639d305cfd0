using System.Globalization;
using MetaGrains.Api.Tests.Support;

namespace MetaGrains.Api.Tests;

/// <summary>Tenants and their keys.</summary>
[Collection(SharedSystem.Name)]
public sealed class TenantRouteTests(SharedSystem system)
{
    private ApiSystem Api => system.Api;

    [Fact]
    public async Task A_tenant_is_made_once_shown_changed_paused_and_deleted()
    {
        var slug = $"life-{Guid.NewGuid():N}"[..14];
        var body = $$"""{"slug":"{{slug}}","name":"Life","budget":{"mode":"fixed","calls_per_hour":300},"currency":"EUR"}""";

        var made = (await Api.PostAsync("/v1/tenants", body)).Is(201);
        var again = (await Api.PostAsync("/v1/tenants", body)).Is(200);
        var other = (await Api.PostAsync("/v1/tenants", body.Replace("300", "301", StringComparison.Ordinal))).IsProblem(409);

        Assert.Equal($"/v1/tenants/{slug}", made.Headers.Location!.ToString());
        Assert.Equal(["id", "slug", "name", "currency", "several_currencies", "sync_enabled", "budget", "auto_tier", "created_at"], made.Json.Select(member => member.Key));
        Assert.Equal("slug", other["field"]);
        Assert.Equal(made.Text, again.Text);
        Assert.Equal(made.Text, (await Api.GetAsync($"/v1/tenants/{slug}")).Is(200).Text);
        Assert.Equal(made.Text, (await Api.GetAsync($"/v1/tenants/{made["id"]}")).Is(200).Text);
        Assert.EndsWith("Z", made["created_at"], StringComparison.Ordinal);
        Assert.True(DateTimeOffset.TryParse(made["created_at"], CultureInfo.InvariantCulture, out _));

        var renamed = (await Api.SendAsync("PATCH", $"/v1/tenants/{slug}", """{"name":"Lives"}""")).Is(200);
        Assert.Equal(("Lives", "EUR", 300), (renamed["name"], renamed["currency"], (int)renamed.Json["budget"]!["calls_per_hour"]!));
        var meta = (await Api.SendAsync("PATCH", $"/v1/tenants/{slug}", """{"budget":{"mode":"meta","calls_per_hour":null}}""")).Is(200);
        Assert.Equal("""{"mode":"meta","calls_per_hour":null}""", meta.Json["budget"]!.ToJsonString());
        Assert.Equal(1, Told.Times($"tenant/{made["id"]}"));

        Assert.False((bool)(await Api.PutAsync($"/v1/tenants/{slug}/sync", """{"enabled":false}""")).Is(200).Json["sync_enabled"]!);
        Assert.True((bool)(await Api.PutAsync($"/v1/tenants/{slug}/sync", """{"enabled":true}""")).Is(200).Json["sync_enabled"]!);

        (await Api.DeleteAsync($"/v1/tenants/{slug}")).Is(204);
        (await Api.GetAsync($"/v1/tenants/{slug}")).IsProblem(404);
        (await Api.DeleteAsync($"/v1/tenants/{slug}")).IsProblem(404);
        (await Api.PostAsync("/v1/tenants", body)).IsProblem(409);
    }

    [Fact]
    public async Task A_tenants_key_may_not_change_its_own_budget_and_hears_who_may()
    {
        var tenant = await Api.TenantAsync();

        var refused = (await Api.SendAsync("PATCH", tenant.Url, """{"name":"Richer","budget":{"mode":"fixed","calls_per_hour":100000}}""", tenant.Key)).IsProblem(403);

        Assert.Contains("operator", refused["fix"], StringComparison.Ordinal);
        Assert.Equal(("Tenant", "meta"), ((await Api.GetAsync(tenant.Url))["name"], (string)(await Api.GetAsync(tenant.Url)).Json["budget"]!["mode"]!));
        Assert.Equal(0, Told.Times($"tenant/{tenant.Id}"));
    }

    [Fact]
    public async Task The_operator_bounds_the_tiers_that_accounts_choose_by_themselves_and_a_tenants_key_does_not()
    {
        var tenant = await Api.TenantAsync();

        var refused = (await Api.SendAsync("PATCH", tenant.Url, """{"auto_tier":{"min":"low","max":"high"}}""", tenant.Key)).IsProblem(403);
        var before = (await Api.GetAsync(tenant.Url, tenant.Key)).Is(200);
        var bounded = (await Api.SendAsync("PATCH", tenant.Url, """{"auto_tier":{"min":"medium","max":"medium"}}""")).Is(200);
        var renamed = (await Api.SendAsync("PATCH", tenant.Url, """{"name":"Same bounds"}""", tenant.Key)).Is(200);

        Assert.Contains("auto_tier", refused["fix"], StringComparison.Ordinal);
        Assert.Equal("""{"min":"low","max":"high"}""", before.Json["auto_tier"]!.ToJsonString());
        Assert.Equal(("""{"min":"medium","max":"medium"}""", "Same bounds"), (renamed.Json["auto_tier"]!.ToJsonString(), renamed["name"]));
        Assert.Equal(bounded.Json["auto_tier"]!.ToJsonString(), renamed.Json["auto_tier"]!.ToJsonString());
        Assert.Equal(["(medium,medium)"], await Api.Database.RowsAsync("select auto_tier_min, auto_tier_max from tenants where id = $1", tenant.Id));
    }

    [Fact]
    public async Task A_tenant_is_made_with_its_bounds_and_other_bounds_are_another_tenant()
    {
        var slug = $"auto-{Guid.NewGuid():N}"[..14];
        var body = $$$"""{"slug":"{{{slug}}}","name":"Auto","currency":"EUR","auto_tier":{"min":"low","max":"medium"}}""";

        var made = (await Api.PostAsync("/v1/tenants", body)).Is(201);

        Assert.Equal("""{"min":"low","max":"medium"}""", made.Json["auto_tier"]!.ToJsonString());
        Assert.Equal(made.Text, (await Api.PostAsync("/v1/tenants", body)).Is(200).Text);
        (await Api.PostAsync("/v1/tenants", body.Replace("\"medium\"", "\"high\"", StringComparison.Ordinal))).IsProblem(409);
    }

    [Fact]
    public async Task A_tenants_key_lists_and_changes_its_own_tenant_and_no_other()
    {
        var (mine, other) = (await Api.TenantAsync(), await Api.TenantAsync());

        var listed = (await Api.GetAsync("/v1/tenants", mine.Key)).Is(200);

        Assert.Equal(mine.Slug, (string?)Assert.Single(listed.Data)!["slug"]);
        Assert.Null(listed["next_cursor"]);
        (await Api.SendAsync("PATCH", mine.Url, """{"currency":"USD"}""", mine.Key)).Is(200);
        (await Api.SendAsync("PATCH", other.Url, """{"currency":"USD"}""", mine.Key)).IsProblem(403);
        (await Api.GetAsync($"/v1/tenants/{mine.Id}", mine.Key)).Is(200);
        (await Api.DeleteAsync(mine.Url, mine.Key)).IsProblem(403);
        Assert.Equal("EUR", (await Api.GetAsync(other.Url))["currency"]);
    }

    [Fact]
    public async Task A_key_is_shown_once_works_until_it_is_revoked_and_is_revoked_again_without_harm()
    {
        var tenant = await Api.TenantAsync();

        var made = (await Api.PostAsync($"{tenant.Url}/keys", """{"name":"ci"}""", tenant.Key)).Is(201);
        var key = made["key"]!;
        (await Api.GetAsync(tenant.Url, key)).Is(200);
        var listed = (await Api.GetAsync($"{tenant.Url}/keys", key)).Is(200);
        (await Api.DeleteAsync($"{tenant.Url}/keys/{made["id"]}", key)).Is(204);

        Assert.DoesNotContain(key, listed.Text, StringComparison.Ordinal);
        Assert.Equal(made["created_at"], (string?)listed.Data[1]!["created_at"]);
        (await Api.GetAsync(tenant.Url, key)).IsProblem(401);
        (await Api.DeleteAsync($"{tenant.Url}/keys/{made["id"]}", tenant.Key)).Is(204);
        Assert.NotNull((await Api.GetAsync($"{tenant.Url}/keys")).Data[1]!["revoked_at"]);
        (await Api.DeleteAsync($"{tenant.Url}/keys/{Guid.NewGuid()}", tenant.Key)).IsProblem(404);
    }

    [Fact]
    public async Task A_deleted_tenants_key_ends_at_once()
    {
        var tenant = await Api.TenantAsync();

        (await Api.DeleteAsync(tenant.Url)).Is(204);

        (await Api.GetAsync("/v1/tenants", tenant.Key)).IsProblem(401);
    }

    [Fact]
    public async Task Pages_hold_every_tenant_once_though_others_come_and_go_between()
    {
        var prefix = $"pg{Guid.NewGuid():N}"[..8];
        foreach (var number in Enumerable.Range(0, 7))
            await MakeAsync($"{prefix}-{number}0");

        var seen = new List<string>();
        var changed = false;
        string? cursor = null;
        do
        {
            var page = (await Api.GetAsync($"/v1/tenants?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Is(200);
            Assert.True(page.Data.Count <= 2);
            seen.AddRange(page.Data.Select(tenant => (string)tenant!["slug"]!).Where(slug => slug.StartsWith(prefix, StringComparison.Ordinal)));
            cursor = page["next_cursor"];
            if (!changed && seen.Count >= 3)
            {
                changed = true;
                await MakeAsync($"{prefix}-05");
                await MakeAsync($"{prefix}-65");
                (await Api.DeleteAsync($"/v1/tenants/{prefix}-00")).Is(204);
            }
        }
        while (cursor is not null);

        Assert.Equal(seen.Distinct().Order(StringComparer.Ordinal), seen);
        Assert.All(Enumerable.Range(0, 7), number => Assert.Contains($"{prefix}-{number}0", seen));
        Assert.Contains($"{prefix}-65", seen);

        async Task MakeAsync(string slug) => (await Api.PostAsync("/v1/tenants", $$"""{"slug":"{{slug}}","name":"x","currency":"EUR"}""")).Is(201);
    }
}
